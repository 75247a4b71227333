using System.Text;
using Popcorn.Core;
using Popcorn.StateMap;

namespace Popcorn.Samples;

/// <summary>
/// A freestanding program for the three ISAs, made from hand-written IR by stock LLVM tools: a chain of functions with
/// live values of every type, then a recursion that parks by dumping its registers and stack to standard output.
/// </summary>
public sealed class SampleProgram
{
    public const int StackBytes = 64 << 20;
    public const ulong FirstArgument = 0x0123456789abcdef;
    public const string Recursion = "recurse";

    private const int FunctionSpanBytes = 0x4000;

    private SampleProgram(IReadOnlyList<SampleFunction> chain) => Chain = chain;

    public IReadOnlyList<SampleFunction> Chain { get; }

    /// <summary>One function per frame shape and value mix; every type of the contract occurs.</summary>
    public static SampleProgram Standard { get; } = new(
    [
        new("plain", FrameShape.Plain, SampleTypes.Integers),
        new("framed", FrameShape.FramePointer, SampleTypes.Floats),
        new("dynamic", FrameShape.DynamicAlloca, SampleTypes.Wide),
        new("aligned", FrameShape.OverAligned, SampleTypes.Mixed),
        new("constants", FrameShape.Plain, SampleTypes.Constants),
        new("starved", FrameShape.Plain, SampleTypes.Many),
    ]);

    /// <summary>Sites of the recursion: 0 the call of itself, 1 the point.</summary>
    public static IReadOnlyList<SampleValue> RecursionValues { get; } =
    [
        SampleValue.Computed(new LiveValueType(ValueKind.I64), "i64", 1),
        SampleValue.Computed(new LiveValueType(ValueKind.F64), "double", 3),
    ];

    /// <summary>The linked executable of an ISA, in a directory of the caller's.</summary>
    public string Build(Isa isa, string directory, Func<string, string>? editSites = null)
    {
        string rewritten = Path.Combine(directory, "sample.rewritten.ll");
        if (!File.Exists(rewritten))
        {
            string source = Path.Combine(directory, "sample.ll");
            File.WriteAllText(source, Module());
            Tool.Run("opt-19", $"-passes=rewrite-statepoints-for-gc -S {source} -o {rewritten}");
        }
        string stem = Path.Combine(directory, isa.Name());
        SampleTarget target = SampleTarget.Of(isa);
        Tool.Run(
            "llc-19",
            $"-O2 -use-registers-for-deopt-values -relocation-model=static -filetype=obj {target.LlcOptions} "
            + $"{rewritten} -o {stem}.o");
        File.WriteAllText($"{stem}.runtime.s", target.Runtime);
        Tool.Run("clang-19", $"{target.ClangOptions} -c {stem}.runtime.s -o {stem}.runtime.o");
        string sites = Sites();
        File.WriteAllText($"{stem}.sites.s", editSites is null ? sites : editSites(sites));
        Tool.Run("clang-19", $"{target.ClangOptions} -c {stem}.sites.s -o {stem}.sites.o");
        File.WriteAllText($"{stem}.ld", LinkerScript());
        Tool.Run(
            "ld.lld-19",
            $"-static --eh-frame-hdr --build-id=sha1 -T {stem}.ld "
            + $"{stem}.o {stem}.runtime.o {stem}.sites.o -o {stem}.elf");
        return $"{stem}.elf";
    }

    /// <summary>Thread slot and stack bytes of the program, parked at a recursion depth.</summary>
    public static (byte[] Slot, byte[] Stack) Run(Isa isa, string executable, long depth)
    {
        SampleTarget target = SampleTarget.Of(isa);
        byte[] input = BitConverter.GetBytes(depth);
        byte[] output = target.Emulator is null
            ? Tool.Run(executable, "", input)
            : Tool.Run(target.Emulator, executable, input);
        return (output[..1024], output[1024..]);
    }

    /// <summary>What the frames of a parked run hold, innermost first.</summary>
    public List<(string Function, int Site, UInt128[] Values)> Expect(long depth)
    {
        List<(string, int, UInt128[])> frames = [];
        ulong x = FirstArgument;
        foreach (SampleFunction function in Chain)
        {
            ulong argument = x;
            frames.Add((function.Name, 0, [.. function.Values.Select(value => value.Expect(argument))]));
            x = SampleFunction.NextArgument(x);
        }
        for (long left = depth; left >= 0; left--)
        {
            ulong argument = x;
            frames.Add((Recursion, left == 0 ? 1 : 0, [.. RecursionValues.Select(value => value.Expect(argument))]));
            x = SampleFunction.NextArgument(x);
        }
        frames.Reverse();
        return frames;
    }

    private string Module()
    {
        StringBuilder ir = new();
        ir.AppendLine("@sink = global [16 x i8] zeroinitializer, align 16");
        ir.AppendLine("declare void @__pop_park()");
        for (int i = 0; i < Chain.Count; i++)
            ir.Append(Chain[i].Definition(i + 1 < Chain.Count ? Chain[i + 1].Name : Recursion));
        string bundle = string.Join(", ", RecursionValues.Select((value, i) => value.Operand(i)));
        ir.AppendLine($$"""
            define i64 @{{Recursion}}(i64 %x, i64 %depth) uwtable section ".text.pop.{{Recursion}}" align 16
                gc "statepoint-example" {
            {{string.Concat(RecursionValues.Select((value, i) => value.Definition(i)))}}
              %deeper = icmp ne i64 %depth, 0
              br i1 %deeper, label %down, label %bottom
            down:
              %triple = mul i64 %x, 3
              %next = add i64 %triple, 1
              %left = sub i64 %depth, 1
              %r = call i64 @{{Recursion}}(i64 %next, i64 %left) "statepoint-id"="0" [ "deopt"({{bundle}}) ]
            {{string.Concat(RecursionValues.Select((value, i) => value.Use(i)))}}
              ret i64 %r
            bottom:
              call void @__pop_park() "statepoint-id"="1" [ "deopt"({{bundle}}) ]
            {{string.Concat(RecursionValues.Select((value, i) => value.Use(i)))}}
              ret i64 0
            }
            """);
        foreach (string name in Names())
        {
            ir.AppendLine(
                $"define i64 @{name}.resume(ptr %record) uwtable section \".text.resume.{name}\" align 16 {{");
            ir.AppendLine("  ret i64 0");
            ir.AppendLine("}");
        }
        return ir.ToString();
    }

    private IEnumerable<string> Names() => Chain.Select(function => function.Name).Append(Recursion);

    private string LinkerScript()
    {
        StringBuilder script = new();
        script.AppendLine("ENTRY(_start)");
        script.AppendLine("SECTIONS {");
        script.AppendLine("  .text 0x400000 : { *(.text.runtime)");
        int offset = 0x400000;
        foreach (string name in Names())
            script.AppendLine($"    . = 0x{offset += FunctionSpanBytes:x}; *(.text.pop.{name})");
        script.AppendLine("  }");
        script.AppendLine("  .text.resume : { *(.text.resume.*) }");
        script.AppendLine("  . = ALIGN(0x1000);");
        script.AppendLine("  .note.gnu.build-id : { *(.note.gnu.build-id) }");
        script.AppendLine("  .rodata : { *(.rodata*) *(.srodata*) }");
        script.AppendLine("  .eh_frame_hdr : { *(.eh_frame_hdr) }");
        script.AppendLine("  .eh_frame : { *(.eh_frame) }");
        script.AppendLine("  . = ALIGN(0x1000);");
        script.AppendLine("  .data : { *(.data*) *(.sdata*) }");
        script.AppendLine("  .bss : { *(.bss*) *(.sbss*) }");
        script.AppendLine("  . = ALIGN(0x1000);");
        script.AppendLine("  .llvm_stackmaps : { *(.llvm_stackmaps) }");
        script.AppendLine("  .pop.sites : { *(.pop.sites) }");
        script.AppendLine("}");
        return script.ToString();
    }

    /// <summary>The .pop.sites section as assembly: data only, the same text for every ISA.</summary>
    private string Sites()
    {
        SiteAssembly assembly = new();
        foreach (SampleFunction function in Chain)
            assembly.Function(function.Name, [(SiteKind.Call, "callee", function.Values)]);
        assembly.Function(
            Recursion, [(SiteKind.Call, Recursion, RecursionValues), (SiteKind.Point, "__pop_park", RecursionValues)]);
        return assembly.Text;
    }
}

using Popcorn.Core;
using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>
/// Reads a module and reports whatever cannot be portable or would make a back end abort: machine code in text form,
/// ifuncs, foreign intrinsics, types of one ISA, exceptions. Changes nothing. Runs before any LLVM pass.
/// </summary>
internal static class RefuseUnsupported
{
    // Constraints every back end takes for an empty asm statement, an optimisation barrier: any mixture of a register,
    // memory and an immediate, or the place of an output.
    private const string BarrierLetters = "=+&*%|rmgXinop0123456789";

    private static readonly HashSet<string> _barrierClobbers =
        ["~{memory}", "~{cc}", "~{dirflag}", "~{fpsr}", "~{flags}"];

    internal static bool Run(IrModule module, string name, DiagnosticSink sink)
    {
        int before = sink.All.Count(d => d.Severity == DiagnosticSeverity.Error);
        if (module.InlineAsm.Length != 0)
            sink.Error(
                "PC0201", name, "file-scope asm is machine code for one ISA; popcorn cc compiles for all of them");
        if (module.HasIFunc)
            sink.Error("PC0202", name,
                "ifunc picks a function by CPU at run time; a moved program would keep the wrong choice");
        foreach (IrValue function in module.Functions())
            CheckFunction(function, name, sink);
        return sink.All.Count(d => d.Severity == DiagnosticSeverity.Error) == before;
    }

    private static void CheckFunction(IrValue function, string name, DiagnosticSink sink)
    {
        string symbol = function.Name;
        if (function.IsIntrinsic())
        {
            if (ForeignIntrinsic(symbol) is { } reason && FirstUser(function) is { IsNone: false } user)
                sink.Error("PC0203", Where(user, name), $"{symbol}: {reason}");
            return;
        }
        foreach (IrBlock block in function.Blocks())
        {
            for (IrValue i = block.First; !i.IsNone; i = i.Next)
                CheckInstruction(i, name, sink);
        }
    }

    private static void CheckInstruction(IrValue instruction, string name, DiagnosticSink sink)
    {
        switch (instruction.Opcode)
        {
            case IrOpcode.Call:
                CheckCall(instruction, name, sink);
                break;
            case IrOpcode.Invoke or IrOpcode.LandingPad or IrOpcode.Resume or IrOpcode.CatchPad or IrOpcode.CleanupPad:
                sink.Error("PC0204", Where(instruction, name), "exceptions cannot be compiled yet");
                break;
            case IrOpcode.CallBr:
                sink.Error("PC0205", Where(instruction, name), "asm goto is machine code for one ISA");
                break;
            case IrOpcode.VAArg:
                sink.Error("PC0206", Where(instruction, name),
                    "a va_arg instruction was left by the front end; only clang's C is read");
                break;
            case IrOpcode.Alloca or IrOpcode.Load when IsForeign(instruction.Type):
                sink.Error("PC0207", Where(instruction, name), $"type {instruction.Type} exists on one ISA only");
                break;
        }
    }

    private static void CheckCall(IrValue call, string name, DiagnosticSink sink)
    {
        if (call.IsInlineAsm())
        {
            CheckAsm(call, name, sink);
            return;
        }
        if (Calls.IsTail(call) && TailCallRules.Refusal(call) is { } reason)
            sink.Error("PC0208", Where(call, name), reason);
    }

    private static void CheckAsm(IrValue call, string name, DiagnosticSink sink)
    {
        IrValue statement = call.Callee();
        string text = statement.AsmText();
        string? code = text.Split('\n', StringSplitOptions.TrimEntries).FirstOrDefault(line => !IsBlank(line));
        string? strange = statement.AsmConstraints().Split(',').FirstOrDefault(c => !IsBarrier(c));
        if (code is not null)
        {
            sink.Error(
                "PC0209", Where(call, name), $"inline asm \"{code}\" is machine code for one ISA; write it in C");
        }
        else if (strange is not null)
        {
            sink.Error("PC0210", Where(call, name), $"asm constraint \"{strange}\" does not exist on every ISA");
        }
        else if (!IsBarrierResult(call.Type))
        {
            sink.Error(
                "PC0210", Where(call, name), $"an asm statement yielding {call.Type} does not exist on every ISA");
        }
    }

    /// <summary>Nothing but a comment: to all assemblers a line that begins with # is one, to its end.</summary>
    private static bool IsBlank(string line) => line.Length == 0 || line[0] == '#';

    private static bool IsBarrier(string constraint) =>
        _barrierClobbers.Contains(constraint) || constraint.All(BarrierLetters.Contains);

    /// <summary>Several outputs are fields of a struct.</summary>
    private static bool IsBarrierResult(IrType type)
    {
        if (type.Kind == IrTypeKind.Struct)
            return Enumerable.Range(0, (int)type.StructFieldCount).All(i => IsBarrierResult(type.StructField((uint)i)));
        return type.Kind is IrTypeKind.Void or IrTypeKind.Integer or IrTypeKind.Pointer;
    }

    private static string? ForeignIntrinsic(string symbol)
    {
        string[] parts = symbol.Split('.');
        return parts.Length < 2 ? null : parts[1] switch
        {
            "riscv" or "x86" or "aarch64" or "arm" => "an instruction of one ISA",
            "read_register" or "write_register" or "read_volatile_register" => "a register of one ISA by name",
            "vp" or "vscale" => "vectors of unknown length exist on one ISA only",
            "addressofreturnaddress" or "sponentry" => "a place in the native stack, which does not move",
            "coro" or "eh" or "matrix" => "not supported yet",
            _ => null,
        };
    }

    private static bool IsForeign(IrType type) =>
        type.Kind is IrTypeKind.X86Fp80 or IrTypeKind.PpcFp128 or IrTypeKind.X86Mmx
        or IrTypeKind.ScalableVector or IrTypeKind.X86Amx or IrTypeKind.TargetExtension;

    private static IrValue FirstUser(IrValue function) => function.Users().FirstOrDefault();

    private static string Where(IrValue instruction, string name)
    {
        if (!instruction.IsInstruction)
            return name;
        string file = instruction.DebugFile();
        int line = instruction.DebugLine();
        if (file.Length != 0 && line != 0)
            return $"{file}:{line}";
        return $"{name}(function {instruction.Block.Function.Name})";
    }
}

using Popcorn.Compiler.Driver;
using Popcorn.Compiler.Passes;
using Popcorn.Core;
using Popcorn.Llvm;

namespace Popcorn.Compiler;

/// <summary>One portable module becomes instrumented IR, and that one object per ISA.</summary>
public static class ModuleCodegen
{
    // Not below 1: at 0 AArch64 selects instructions with GlobalISel, which has no statepoints.
    private const int LevelUnoptimised = 1;
    private const int LevelDefault = 2;

    public static IReadOnlyList<string> PassNames => Instrumentation.PassNames;

    /// <param name="bitcodePath">What <see cref="PortableModule"/> wrote.</param>
    /// <param name="moduleName">Names the module in messages.</param>
    /// <param name="park">The solution for the program this module is part of.</param>
    /// <param name="options">How.</param>
    /// <param name="objectPaths">Where the objects go; an ISA that is missing is not compiled for.</param>
    /// <param name="sink">Gets the reasons when the answer is false.</param>
    public static bool Compile(
        string bitcodePath,
        string moduleName,
        ParkAnalysis park,
        CodegenOptions options,
        IReadOnlyDictionary<Isa, string> objectPaths,
        DiagnosticSink sink) =>
        Compile(File.ReadAllBytes(bitcodePath), moduleName, park, options, objectPaths, sink);

    /// <summary>The same from memory.</summary>
    public static bool Compile(
        byte[] bitcode,
        string moduleName,
        ParkAnalysis park,
        CodegenOptions options,
        IReadOnlyDictionary<Isa, string> objectPaths,
        DiagnosticSink sink)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(objectPaths);
        ArgumentNullException.ThrowIfNull(sink);
        for (int liveValues = options.LiveValuesMax; ; liveValues /= 2)
        {
            try
            {
                return CompileOnce(
                    bitcode, moduleName, park, options with { LiveValuesMax = liveValues }, objectPaths, sink);
            }
            catch (LlvmException failure)
            {
                // A smaller bound on the values at a site leaves the register allocator more room.
                if (liveValues >= 2 && failure.Message.Contains("ran out of registers", StringComparison.Ordinal))
                    continue;
                sink.Error("PC0220", moduleName, failure.Message);
                return false;
            }
        }
    }

    private static bool CompileOnce(
        byte[] bitcode, string moduleName, ParkAnalysis park, CodegenOptions options,
        IReadOnlyDictionary<Isa, string> objectPaths, DiagnosticSink sink)
    {
        byte[]? instrumented = LlvmGuard.Run(() => Instrument(bitcode, moduleName, park, options, sink));
        if (instrumented is null)
            return false;
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = Math.Max(1, options.ThreadsMax) };
        try
        {
            Parallel.ForEach(
                objectPaths, parallel, target => CrashReport.Keeping(instrumented, moduleName, target.Key,
                    () => Emit(instrumented, moduleName, target.Key, target.Value, options)));
        }
        catch (AggregateException failures) when (failures.InnerException is LlvmException failure)
        {
            throw failure;
        }
        return true;
    }

    private static byte[]? Instrument(
        byte[] bitcode, string moduleName, ParkAnalysis park, CodegenOptions options, DiagnosticSink sink)
    {
        using IrContext context = new();
        using IrModule module = IrModule.FromBitcode(context, bitcode, moduleName);
        using CodeTarget layout = CodeTarget.For(Isa.X86_64, LevelDefault);
        module.DataLayout = layout.DataLayout;
        if (!RefuseUnsupported.Run(module, moduleName, sink))
            return null;
        module.UseDebugIntrinsics();
        ModuleSummary summary = SummaryBuilder.Build(module, ModuleSummary.IdOf(bitcode));
        ModuleFacts facts = new(park, summary, options.InsertPoints);
        PrepareFunctions(module);
        new Instrumentation(module, facts, options).Run();
        if (module.Verify() is { } broken)
            throw new LlvmException("instrumented IR is wrong (a bug in popcorn): " + broken);
        return module.ToBitcode();
    }

    /// <summary>
    /// Bodies that only serve inlining go; so does optnone, which selects the instruction selector that cannot do
    /// statepoints. </summary>
    private static void PrepareFunctions(IrModule module)
    {
        foreach (IrValue function in module.Functions())
            function.RemoveAttribute(IrCall.FunctionIndex, "optnone");
    }

    private static void Emit(byte[] bitcode, string moduleName, Isa isa, string path, CodegenOptions options) =>
        LlvmGuard.Run(() =>
    {
        using IrContext context = new();
        using IrModule module = IrModule.FromBitcode(context, bitcode, moduleName);
        int level = options.Level == OptimisationLevel.O0 ? LevelUnoptimised : LevelDefault;
        using CodeTarget target = CodeTarget.For(isa, level);
        target.EmitObject(module, path);
        if (context.Errors.Count != 0)
            throw new LlvmException($"{isa.Name()}: {context.Errors[0]}");
        return true;
    });
}

using Popcorn.Compiler.Passes;
using Popcorn.Core;
using Popcorn.Llvm;

namespace Popcorn.Compiler;

/// <summary>
/// Clang's raw bitcode for the portable front-end target becomes optimised portable IR: what <c>popcorn cc -c</c>
/// leaves as the object file.
/// </summary>
public static class PortableModule
{
    /// <param name="inputBitcodePath">What clang wrote with its own passes off.</param>
    /// <param name="outputBitcodePath">Written whole or not at all.</param>
    /// <param name="level">The user's <c>-O</c>.</param>
    /// <param name="sink">Gets the reasons when the answer is false.</param>
    /// <param name="points">False for libc's leaf files: no migration points in them, so threads never stop
    /// there.</param>
    public static bool Optimise(
        string inputBitcodePath, string outputBitcodePath, OptimisationLevel level, DiagnosticSink sink,
        bool points = true)
    {
        byte[]? bitcode = Optimise(File.ReadAllBytes(inputBitcodePath), inputBitcodePath, level, sink, points);
        if (bitcode is null)
            return false;
        File.WriteAllBytes(outputBitcodePath, bitcode);
        return true;
    }

    /// <summary>The same from memory to memory; null when refused.</summary>
    public static byte[]? Optimise(
        byte[] bitcode, string name, OptimisationLevel level, DiagnosticSink sink, bool points = true)
    {
        try
        {
            return LlvmGuard.Run(() => Run(bitcode, name, level, sink, points));
        }
        catch (LlvmException failure)
        {
            sink.Error("PC0200", name, "LLVM refused it: " + failure.Message);
            return null;
        }
    }

    private static byte[]? Run(byte[] bitcode, string name, OptimisationLevel level, DiagnosticSink sink, bool points)
    {
        using IrContext context = new();
        using IrModule module = IrModule.FromBitcode(context, bitcode, name);
        if (!RefuseUnsupported.Run(module, name, sink))
            return null;
        // Code is tuned for SSE4.2, whose 128-bit vectors AArch64 has too; at -O0 there is nothing to tune.
        using CodeTarget target = CodeTarget.For(Isa.X86_64, level: 2);
        module.Target = target.Triple;
        module.DataLayout = target.DataLayout;
        NormaliseAttributes.Run(module);
        SplitMultiplyAdd.Run(module);
        AnswerStackQueries.Run(module);
        module.RunPasses($"default<{level}>", target);
        // One latch and one block before each loop, and phis for what leaves it: what SplitIntoChunks can work with,
        // and the back ends make anyway.
        if (level != OptimisationLevel.O0)
        {
            module.RunPasses("function(loop-simplify,lcssa)", target);
            if (points)
                UnrollPolledLoops.Run(module, target);
        }
        NormaliseAttributes.Run(module);
        SplitMultiplyAdd.Run(module);
        if (!points)
            module.SetMarker(SummaryBuilder.NoPointsMarker);
        module.Target = "";
        if (module.Verify() is { } broken)
            throw new LlvmException(broken);
        return module.ToBitcode();
    }
}

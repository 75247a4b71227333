using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>
/// Has LLVM unroll the short loops that will have a point in every round, so that they have one in every few rounds:
/// a point is two instructions, in a walk over a list every third. Works on loops of any kind, since each round keeps
/// its own exits; only innermost ones without calls. Runs behind the optimiser, before the module is summarised.
/// </summary>
internal static class UnrollPolledLoops
{
    // Of so many instructions a point is 4 %. More copies would be felt in the program's size, and more than once: they
    // are in the resume functions, too.
    private const long UnrolledMax = 48;
    private const long RoundsMax = 4;

    private const string Pipeline =
        "function(loop-unroll<O2;no-partial;no-peeling;no-runtime;no-upperbound;full-unroll-max=0>,"
        + "early-cse<memssa>,instcombine<no-verify-fixpoint>,simplifycfg,loop-simplify,lcssa)";

    internal static void Run(IrModule module, CodeTarget target)
    {
        bool any = false;
        foreach (IrValue function in module.Functions())
        {
            if (function.IsExternal() || IsSmallRatherThanFast(function))
                continue;
            foreach (PolledLoop loop in PointPlan.For(module, function).Polled)
                any |= Mark(module, loop);
        }
        if (any)
            module.RunPasses(Pipeline, target);
    }

    private static bool Mark(IrModule module, PolledLoop loop)
    {
        long rounds = Math.Min(RoundsMax, UnrolledMax / loop.Round);
        if (!loop.IsInnermost || loop.Latch.IsNone || rounds < 2)
            return false;
        loop.Latch.Terminator.SetMetadata("llvm.loop", module.Context.UnrollCount((uint)rounds));
        return true;
    }

    private static bool IsSmallRatherThanFast(IrValue function) =>
        ((string[])["optsize", "minsize", "optnone", "cold"]).Any(
            attribute => function.HasAttribute(IrCall.FunctionIndex, attribute));
}

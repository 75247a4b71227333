using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>
/// Which loops of a function get a migration point. Depends on nothing but the portable IR of that function, since the
/// module's summary and its code generation must answer alike.
/// </summary>
internal static class PointPlan
{
    /// <summary>Blocks that start with a point: headers of loops.</summary>
    internal static List<IrBlock> LoopHeaders(IrValue function)
    {
        FunctionGraph graph = new(function);
        return [.. graph.BackEdgeTargets.Order().Select(i => graph.Blocks[i])];
    }
}

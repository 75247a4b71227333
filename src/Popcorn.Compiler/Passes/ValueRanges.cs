using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>The least and the greatest value an integer can have, both included.</summary>
internal readonly record struct ValueRange(long Low, long High)
{
    internal bool IsOne => Low == High;
}

/// <summary>
/// Bounds of non-negative integers that a few instructions tell at once: masks, extensions, remainders, counters of
/// loops between constants. Enough to see that a loop is short.
/// </summary>
internal sealed class ValueRanges(IrModule module)
{
    private const int DepthMax = 6;

    private readonly IrModule _module = module;

    /// <summary>Null when nothing useful is known. Never wider than 31 bits, so sums do not overflow.</summary>
    internal ValueRange? Of(IrValue value) => Of(value, DepthMax) is { } range
        && range.Low >= int.MinValue && range.High <= int.MaxValue ? range : null;

    private ValueRange? Of(IrValue value, int depth)
    {
        if (value.Type.Kind != IrTypeKind.Integer || value.Type.IntegerBits > 64)
            return null;
        if (value.Kind == IrValueKind.ConstantInt)
            return new ValueRange(value.SignedConstant, value.SignedConstant);
        if (depth == 0)
            return null;
        switch (value.Opcode)
        {
            case IrOpcode.And:
                return Constant(value.Operand(1)) is >= 0 and { } mask ? new ValueRange(0, mask) : null;
            case IrOpcode.URem:
                return Constant(value.Operand(1)) is > 0 and { } divisor ? new ValueRange(0, divisor - 1) : null;
            case IrOpcode.ZExt:
                return Of(value.Operand(0), depth - 1) is { Low: >= 0 } narrow ? narrow
                    : value.Operand(0).Type.IntegerBits <= 16
                        ? new ValueRange(0, (1L << (int)value.Operand(0).Type.IntegerBits) - 1) : null;
            case IrOpcode.SExt:
                return Of(value.Operand(0), depth - 1);
            case IrOpcode.Trunc:
                return value.Type.IntegerBits >= 32 && Of(value.Operand(0), depth - 1) is { } wide
                    && wide.Low >= int.MinValue && wide.High <= int.MaxValue ? wide : null;
            case IrOpcode.Add:
                // Small sums do not wrap in 32 bits or more.
                return value.Type.IntegerBits >= 32 && Constant(value.Operand(1)) is { } more and > -65536 and < 65536
                    && Of(value.Operand(0), depth - 1) is { } sum && sum.High < 1 << 30 && sum.Low > -(1 << 30)
                    ? new ValueRange(sum.Low + more, sum.High + more) : null;
            case IrOpcode.Phi:
                return OfCounter(value);
            default:
                return null;
        }
    }

    /// <summary>The counter of a loop that starts and ends at constants.</summary>
    private ValueRange? OfCounter(IrValue phi)
    {
        if (CountedLoop.Match(_module, phi.Block) is not { } loop || loop.Start.Kind != IrValueKind.ConstantInt
            || loop.Bound.Kind != IrValueKind.ConstantInt || loop.Step <= 0 || loop.Start.Type != phi.Type)
            return null;
        long start = loop.Start.SignedConstant, bound = loop.Bound.SignedConstant;
        bool meets = loop.Counter == phi && bound >= start && (!loop.IsExact || (bound - start) % loop.Step == 0);
        if (!meets)
            return null;
        // The next round's counter passed the test, unless the test came before the step.
        long last = loop.Tested == phi ? bound + loop.Step : loop.IsExact ? bound - loop.Step : bound;
        return new ValueRange(start, Math.Max(start, last));
    }

    private static long? Constant(IrValue value) =>
        value.Kind == IrValueKind.ConstantInt ? value.SignedConstant : null;
}

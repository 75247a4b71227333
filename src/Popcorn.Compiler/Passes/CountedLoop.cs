using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>
/// A loop that, whatever other exits it has, ends when a counter that goes up or down in constant steps meets a bound
/// which the loop does not change. The test is at the end of each round: its latch goes back to the header or leaves.
/// </summary>
/// <param name="Header">The block all rounds start in. Its only other predecessor is <paramref name="Before"/>.</param>
/// <param name="Latch">The block all rounds end in.</param>
/// <param name="Before">The block the loop is entered from; it goes nowhere else.</param>
/// <param name="Counter">The header's phi.</param>
/// <param name="Start">The counter's first value.</param>
/// <param name="Tested">What the test compares: the counter of this round or of the next.</param>
/// <param name="Bound">What it is compared with.</param>
/// <param name="Step">What each round adds; bytes for a pointer.</param>
/// <param name="Predicate">The loop goes on while <paramref name="Tested"/> stands to its bound like this.</param>
internal sealed record CountedLoop(
    IrBlock Header, IrBlock Latch, IrBlock Before, IrValue Counter, IrValue Start, IrValue Tested, IrValue Bound,
    long Step,
    IrPredicate Predicate)
{
    internal bool IsExact => Predicate == IrPredicate.NotEqual;

    /// <summary>
    /// The counter is certain to meet its bound, whatever the values at run time: it cannot step over it and go on for
    /// ever. Pointers do not wrap round.
    /// </summary>
    internal bool MeetsBound
    {
        get
        {
            bool strict = Predicate is IrPredicate.UnsignedLess or IrPredicate.SignedLess or IrPredicate.UnsignedGreater
                or IrPredicate.SignedGreater;
            bool single = Math.Abs(Step) == 1;
            if (Start.Type.IsPointer)
                return IsExact || strict;
            if (!IsExact)
                return Bound.Kind == IrValueKind.ConstantInt ? single || strict : single && strict;
            // One that does not divide the distance is found out at run time.
            return long.IsPow2(Math.Abs(Step));
        }
    }

    /// <summary>Null when the loop is none of this kind. That the bound is computed outside the loop is for the caller
    /// to know.</summary>
    internal static CountedLoop? Match(IrModule module, IrBlock header)
    {
        IrValue first = header.First;
        if (first.IsNone || first.Opcode != IrOpcode.Phi || first.IncomingCount() != 2)
            return null;
        IrBlock one = first.IncomingBlock(0), other = first.IncomingBlock(1);
        return Match(module, header, one, other) ?? Match(module, header, other, one);
    }

    private static CountedLoop? Match(IrModule module, IrBlock header, IrBlock latch, IrBlock before)
    {
        IrValue branch = latch.Terminator;
        if (branch.Opcode != IrOpcode.Br || branch.SuccessorCount() != 2 || before.Terminator.SuccessorCount() != 1)
            return null;
        bool stays = branch.Successor(0) == header;
        if (stays == (branch.Successor(1) == header))
            return null;
        // A conditional branch's operands are condition, false target, true target.
        IrValue compare = branch.Operand(0);
        if (compare.Opcode != IrOpcode.ICmp)
            return null;
        IrPredicate predicate = stays ? compare.Predicate() : compare.Predicate().Inverse();
        return MatchTest(module, header, latch, before, compare.Operand(0), compare.Operand(1), predicate)
            ?? MatchTest(module, header, latch, before, compare.Operand(1), compare.Operand(0), predicate.Swapped());
    }

    private static CountedLoop? MatchTest(
        IrModule module, IrBlock header, IrBlock latch, IrBlock before, IrValue tested, IrValue bound,
        IrPredicate predicate)
    {
        IrValue counter = tested.Opcode == IrOpcode.Phi ? tested
            : tested.Opcode is IrOpcode.Add or IrOpcode.GetElementPtr ? tested.Operand(0) : default;
        if (counter.IsNone || counter.Opcode != IrOpcode.Phi || counter.Block != header || counter.IncomingCount() != 2)
            return null;
        int around = counter.IncomingBlock(0) == latch ? 0 : 1;
        IrValue start = counter.IncomingValue(1 - around), next = counter.IncomingValue(around);
        if (tested != counter && tested != next)
            return null;
        // Narrow counters would wrap within a chunk.
        if (!counter.Type.IsPointer && (counter.Type.Kind != IrTypeKind.Integer
            || counter.Type.IntegerBits is not (32 or 64)))
            return null;
        return StepOf(module, counter, next) is { } step && GoesThere(step, predicate)
            ? new CountedLoop(header, latch, before, counter, start, tested, bound, step, predicate) : null;
    }

    private static long? StepOf(IrModule module, IrValue counter, IrValue next)
    {
        const long stepMax = 1 << 20;
        long? step = next.Opcode switch
        {
            IrOpcode.Add when next.Operand(0) == counter && next.Operand(1).Kind == IrValueKind.ConstantInt =>
                next.Operand(1).SignedConstant,
            IrOpcode.GetElementPtr when next.Operand(0) == counter && next.Type.IsPointer =>
                ConstantOffset.Of(module, next),
            _ => null,
        };
        return step is 0 or < -stepMax or > stepMax ? null : step;
    }

    private static bool GoesThere(long step, IrPredicate predicate) => predicate switch
    {
        IrPredicate.NotEqual => true,
        IrPredicate.UnsignedLess or IrPredicate.UnsignedLessOrEqual or IrPredicate.SignedLess
            or IrPredicate.SignedLessOrEqual => step > 0,
        IrPredicate.UnsignedGreater or IrPredicate.UnsignedGreaterOrEqual or IrPredicate.SignedGreater
            or IrPredicate.SignedGreaterOrEqual => step < 0,
        _ => false,
    };

    /// <summary>A step of more than one may miss the bound it must meet exactly, unless both are known
    /// multiples.</summary>
    internal bool MayMissBound => IsExact && Math.Abs(Step) != 1 && !Start.Type.IsPointer
        && !(IsMultiple(Start) && IsMultiple(Bound));

    private bool IsMultiple(IrValue value) => value.Kind == IrValueKind.ConstantInt
        ? value.SignedConstant % Step == 0
        : value.Opcode == IrOpcode.And && value.Operand(1).Kind == IrValueKind.ConstantInt
            && value.Operand(1).SignedConstant % Step == 0;

    /// <summary>At most how many rounds there are, where the values' ranges tell; null when they do not.</summary>
    internal long? RoundsMax(ValueRanges ranges)
    {
        if (Start.Type.IsPointer || ranges.Of(Start) is not { } start || ranges.Of(Bound) is not { } bound)
            return null;
        bool signless = Predicate is not (IrPredicate.SignedLess or IrPredicate.SignedLessOrEqual
            or IrPredicate.SignedGreater or IrPredicate.SignedGreaterOrEqual or IrPredicate.NotEqual);
        if (signless && (start.Low < 0 || bound.Low < 0))
            return null;
        (long from, long to) = Step > 0 ? (start.Low, bound.High) : (bound.Low, start.High);
        // A counter that starts beyond its bound wraps round to meet it.
        if (IsExact && (Step > 0 ? start.High > bound.Low : start.Low < bound.High))
            return null;
        // One that steps over it goes on for ever.
        if (IsExact && Math.Abs(Step) != 1 && (!start.IsOne || !bound.IsOne || (to - from) % Step != 0))
            return null;
        return (Math.Max(0, to - from) / Math.Abs(Step)) + 2;
    }
}

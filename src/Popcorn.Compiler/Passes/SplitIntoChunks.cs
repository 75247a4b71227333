using System.Numerics;
using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>
/// Gives a counted loop a point without making it slower. The loop stays as it is for the case that it is over soon;
/// for the other, a copy of it is made whose counter is compared with the end of a chunk, in a loop that moves this end
/// on until the bound is met.
/// <code>
///     before:  far when the bound is more than one chunk away; header …        (the old loop)
///     far:     chunk
///     chunk:   limit = phi [start + chunk, far], [next, between]; the counters; header'
///     header' … latch': header' while the counter has not met limit; check
///     check:   leave when limit is the bound; between                            between: next = …; chunk
/// </code>
/// </summary>
internal sealed class SplitIntoChunks
{
    private readonly IrModule _module;
    private readonly IrContext _context;
    private readonly IReadOnlyList<IrBlock> _body;
    private readonly CountedLoop _loop;
    private readonly long _distance;
    private readonly BlockCopies _copies;
    private readonly IrBlock _chunk;
    private readonly IrBlock _far;
    private readonly IrBlock _check;
    private readonly IrBlock _between;

    private SplitIntoChunks(IrModule module, ChunkedLoop chunked)
    {
        _module = module;
        _context = module.Context;
        _body = chunked.Body;
        _loop = CountedLoop.Match(module, chunked.Header)!;
        _distance = _loop.Step * chunked.Rounds;
        IrValue function = chunked.Header.Function;
        _far = module.AppendBlock(function, "");
        _chunk = module.AppendBlock(function, "");
        _copies = new BlockCopies(module, function, _body);
        _check = module.AppendBlock(function, "");
        _between = module.AppendBlock(function, "");
    }

    /// <returns>The instruction between two chunks before which a point belongs.</returns>
    internal static IrValue Run(IrModule module, ChunkedLoop chunked) => new SplitIntoChunks(module, chunked).Build();

    private IrValue Build()
    {
        using IrBuilder builder = new(_module);
        _copies.Copy(ends: new HashSet<IrValue>());
        _copies.Connect(_loop.Header);

        IrValue into = _loop.Before.Terminator;
        builder.Before(into);
        builder.SetLocation(into.DebugLocation());
        builder.Branch(StartsFar(builder), _far, _loop.Header).SetMetadata("prof", _context.BranchWeights(1, 63));
        into.Erase();

        builder.AtEnd(_chunk);
        IrValue limit = builder.Phi(_loop.Tested.Type);
        builder.AtEnd(_far);
        limit.AddIncoming(Advanced(builder, _loop.Start), _far);
        builder.Branch(_chunk);

        builder.AtEnd(_between);
        IrValue next = builder.Select(IsFar(builder, limit), Advanced(builder, limit), _loop.Bound);
        limit.AddIncoming(next, _between);
        IrValue counted = CounterBehind(builder, limit);
        builder.Branch(_chunk);
        CarryThrough(builder, counted);
        builder.AtEnd(_chunk);
        builder.Branch(_copies.Of(_loop.Header));
        CloseCopy(builder, limit);
        return _between.First;
    }

    /// <summary>Every value the loop carries from round to round is carried from chunk to chunk as well.</summary>
    private void CarryThrough(IrBuilder builder, IrValue counted)
    {
        foreach (IrValue phi in _loop.Header.Instructions().TakeWhile(i => i.Opcode == IrOpcode.Phi))
        {
            int around = phi.IncomingBlock(0) == _loop.Latch ? 0 : 1;
            IrValue next = _copies.Of(phi.IncomingValue(around));
            builder.AtEnd(_chunk);
            IrValue carried = builder.Phi(phi.Type);
            carried.AddIncoming(phi.IncomingValue(1 - around), _far);
            carried.AddIncoming(phi == _loop.Counter ? counted : next, _between);
            _copies.Of(phi).AddIncoming(carried, _chunk);
            _copies.Of(phi).AddIncoming(next, _copies.Of(_loop.Latch));
        }
    }

    /// <summary>The copy's latch asks for the limit, and only behind it for the bound.</summary>
    private void CloseCopy(IrBuilder builder, IrValue limit)
    {
        IrBlock latch = _copies.Of(_loop.Latch), header = _copies.Of(_loop.Header);
        IrValue oldBranch = latch.Terminator, oldTest = oldBranch.Operand(0);
        IrBlock exit = oldBranch.Successor(0) == header ? oldBranch.Successor(1) : oldBranch.Successor(0);
        builder.Before(oldBranch);
        builder.SetLocation(oldBranch.DebugLocation());
        IrValue stays = builder.Compare(_loop.Predicate, _copies.Of(_loop.Tested), limit);
        builder.Branch(stays, header, _check).SetMetadata("prof", _context.BranchWeights(255, 1));
        oldBranch.Erase();
        // Any limit but the bound lies before it, and the counter has met it exactly: there is a round to go.
        builder.AtEnd(_check);
        builder.Branch(builder.CompareEqual(limit, _loop.Bound), exit, _between);
        AddToExits(exit);
        // Asked last: what is behind another exit may use the test.
        if (!oldTest.HasUses)
            oldTest.Erase();
    }

    private void AddToExits(IrBlock behindLatch)
    {
        foreach (IrBlock block in _body)
        {
            foreach (IrBlock exit in block.Successors().Where(s => !_copies.Has(s)).Distinct())
            {
                IrBlock from = block == _loop.Latch && exit == behindLatch ? _check : _copies.Of(block);
                foreach (IrValue phi in exit.Instructions().TakeWhile(i => i.Opcode == IrOpcode.Phi))
                    AddIncoming(phi, block, from);
            }
        }
    }

    /// <summary>One entry for each edge: a switch may have several to one block.</summary>
    private void AddIncoming(IrValue phi, IrBlock block, IrBlock from)
    {
        int count = phi.IncomingCount();
        for (int i = 0; i < count; i++)
        {
            if (phi.IncomingBlock(i) == block)
                phi.AddIncoming(_copies.Of(phi.IncomingValue(i)), from);
        }
    }

    /// <summary>Whether more than one chunk is ahead. That the loop's test would be passed at the start is not
    /// known.</summary>
    private IrValue StartsFar(IrBuilder builder)
    {
        IrValue start = _loop.Start, bound = _loop.Bound;
        if (_loop.IsExact)
            return IsFar(builder, start);
        // An unsigned counter that goes down has no end below zero.
        const long smallStart = 1 << 30;
        bool ends = _distance > 0 || _loop.Predicate is IrPredicate.SignedGreater or IrPredicate.SignedGreaterOrEqual;
        // The sum cannot wrap: both are small.
        if (ends && start.Kind == IrValueKind.ConstantInt && start.SignedConstant is >= 0 and < smallStart)
            return builder.Compare(_loop.Predicate, Constant(start.SignedConstant + _distance), bound);
        return builder.And(builder.Compare(_loop.Predicate, start, bound), IsFar(builder, start));
    }

    /// <summary>
    /// Whether the bound is more than one chunk away. A distance that is no multiple of the step counts as far: its low
    /// bits are rotated to the top, so one comparison does.
    /// </summary>
    private IrValue IsFar(IrBuilder builder, IrValue from)
    {
        IrValue near = AsInteger(builder, from), bound = AsInteger(builder, _loop.Bound);
        IrValue distance = _distance > 0 ? builder.Subtract(bound, near) : builder.Subtract(near, bound);
        IrType type = distance.Type;
        long most = Math.Abs(_distance);
        if (_loop.MayMissBound)
        {
            int shift = BitOperations.Log2((ulong)Math.Abs(_loop.Step));
            distance = builder.Call(
                IrContext.Function(type, type, type, type), _module.Intrinsic("llvm.fshr", type), distance, distance,
                Constant(shift, type));
            most >>= shift;
        }
        return builder.Compare(IrPredicate.UnsignedGreater, distance, Constant(most, type));
    }

    /// <summary>
    /// What the counter's next round starts with, told from the limit it has met. Used behind the loop, the counter
    /// itself would cost an instruction a round: loop strength reduction would keep it in the shape the user wants.
    /// </summary>
    private IrValue CounterBehind(IrBuilder builder, IrValue limit)
    {
        bool passed = _loop.Predicate is IrPredicate.SignedLessOrEqual or IrPredicate.SignedGreaterOrEqual
            or IrPredicate.UnsignedLessOrEqual or IrPredicate.UnsignedGreaterOrEqual;
        long steps = (passed ? 1 : 0) + (_loop.Tested == _loop.Counter ? 1 : 0);
        return steps == 0 ? limit : Advanced(builder, limit, _loop.Step * steps);
    }

    private IrValue Advanced(IrBuilder builder, IrValue from) => Advanced(builder, from, _distance);

    private IrValue Advanced(IrBuilder builder, IrValue from, long distance) =>
        from.Type.IsPointer ? builder.Offset(from, distance) : builder.Add(from, Constant(distance));

    private IrValue AsInteger(IrBuilder builder, IrValue value) =>
        value.Type.IsPointer ? builder.PointerToInteger(value, _context.I64) : value;

    private IrValue Constant(long value) => Constant(value, _loop.Tested.Type);

    private static IrValue Constant(long value, IrType type) => type.Integer(unchecked((ulong)value));
}

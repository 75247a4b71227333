using Popcorn.Architecture;
using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>What later passes must know of a function's data-stack frame.</summary>
/// <param name="Base">The SSA value all addresses are computed from; none when the function has no frame.</param>
/// <param name="Offsets">Where each alloca went, by the handle it had.</param>
internal sealed record DataStackFrame(IrValue Base, IReadOnlyDictionary<IrValue, long> Offsets)
{
    internal static DataStackFrame None { get; } = new(default, new Dictionary<IrValue, long>());
}

/// <summary>
/// Every alloca moves to the data stack, whose addresses are the same on all ISAs (contracts, section 3). An address is
/// computed beside each use (base + constant folds into the addressing mode), so one value per function is live, not
/// one per local. A small function that can never be on the stack of a parked thread keeps its allocas on the native
/// stack. </summary>
internal static class LowerDataStack
{
    // Native frames stay small: thread stacks are sized for calls, not for buffers.
    private const ulong NativeFrameBytesMax = 2048;

    internal static DataStackFrame Run(IrModule module, IrValue function, bool hasSites)
    {
        List<IrValue> fixedSize = [], dynamic = [], others = [];
        Collect(function, fixedSize, dynamic, others);
        if (fixedSize.Count == 0 && dynamic.Count == 0 && others.Count == 0)
            return DataStackFrame.None;
        ulong bytes = fixedSize.Aggregate(0ul, (sum, a) => sum + SizeOf(module, a));
        if (!hasSites && dynamic.Count == 0 && bytes <= NativeFrameBytesMax && !fixedSize.Exists(IsCompared))
            return DataStackFrame.None;
        return new FrameBuilder(module, function).Build(fixedSize, dynamic, others);
    }

    private static void Collect(IrValue function, List<IrValue> fixedSize, List<IrValue> dynamic, List<IrValue> others)
    {
        IrBlock entry = function.EntryBlock();
        foreach (IrBlock block in function.Blocks())
        {
            for (IrValue i = block.First; !i.IsNone; i = i.Next)
            {
                if (i.Opcode == IrOpcode.Alloca)
                    (block == entry && i.Operand(0).Kind == IrValueKind.ConstantInt ? fixedSize : dynamic).Add(i);
                else if (Calls.IsIntrinsic(i, "llvm.lifetime.") || Calls.IsIntrinsic(i, "llvm.stack"))
                    others.Add(i);
            }
        }
    }

    /// <summary>
    /// Whether the address itself is looked at and not only what lies there: a program that measures its stack compares
    /// addresses of locals, which must all lie in one stack.
    /// </summary>
    private static bool IsCompared(IrValue address) => address.DistinctUsers().Any(user => user.Opcode switch
    {
        IrOpcode.Load or IrOpcode.Call => false,
        IrOpcode.Store => user.Operand(0) == address,
        IrOpcode.GetElementPtr => IsCompared(user),
        _ => true,
    });

    private static ulong SizeOf(IrModule module, IrValue alloca) =>
        module.SizeOf(alloca.AllocatedType()) * alloca.Operand(0).IntegerConstant;

    /// <summary>Builds one frame.</summary>
    private sealed class FrameBuilder(IrModule module, IrValue function)
    {
        private readonly IrContext _context = module.Context;
        private bool _keepsEntryPointer;
        private long _entrySlot;
        private IrValue _base;

        internal DataStackFrame Build(List<IrValue> fixedSize, List<IrValue> dynamic, List<IrValue> others)
        {
            (Dictionary<IrValue, long> offsets, ulong size, ulong alignment) = Layout(fixedSize);
            List<IrValue> markers = others.FindAll(i => Calls.IsIntrinsic(i, "llvm.lifetime."));
            List<IrValue> saves = others.FindAll(i => !Calls.IsIntrinsic(i, "llvm.lifetime."));
            foreach (IrValue marker in markers)
                marker.Erase();
            BuildEntry(size, alignment);
            foreach ((IrValue alloca, long offset) in offsets)
            {
                ReplaceAddress(alloca, offset);
                alloca.Erase();
            }
            foreach (IrValue alloca in dynamic)
                BuildDynamic(alloca);
            foreach (IrValue save in saves)
                ReplaceSaveOrRestore(save);
            BuildExits(size);
            return new DataStackFrame(_base, offsets);
        }

        private (Dictionary<IrValue, long> Offsets, ulong Size, ulong Alignment) Layout(List<IrValue> allocas)
        {
            Dictionary<IrValue, long> offsets = [];
            ulong size = 0, most = 16;
            foreach (IrValue alloca in allocas)
            {
                ulong alignment = Math.Max(Math.Max(1, alloca.Alignment()), module.AlignmentOf(alloca.AllocatedType()));
                most = Math.Max(most, alignment);
                size = (size + alignment - 1) & ~(alignment - 1);
                offsets.Add(alloca, (long)size);
                size += Math.Max(1, SizeOf(module, alloca));
            }
            if (most > 16)
            {
                // Over-aligned frames cannot find the entry pointer by adding their size: it gets a slot of its own.
                _keepsEntryPointer = true;
                size = (size + 7) & ~7ul;
                _entrySlot = (long)size;
                size += 8;
            }
            return (offsets, (size + 15) & ~15ul, most);
        }

        private void BuildEntry(ulong size, ulong alignment)
        {
            using IrBuilder builder = new(module);
            builder.Before(function.EntryBlock().First);
            IrValue word = ThreadWords.DataStackPointer(module, builder);
            IrValue entry = builder.Load(_context.Pointer, word);
            IrValue frame = builder.OffsetInBounds(entry, -(long)size);
            if (alignment > 16)
                frame = builder.Call(
                    IrContext.Function(_context.Pointer, _context.Pointer, _context.I64),
                    module.Intrinsic("llvm.ptrmask", _context.Pointer, _context.I64),
                    frame, _context.I64.Integer(unchecked((ulong)-(long)alignment)));
            _base = frame;
            builder.Store(frame, word);
            if (_keepsEntryPointer)
                builder.Store(entry, builder.OffsetInBounds(frame, _entrySlot));
            if (size > ThreadLayout.RedZoneBytes)
                builder.SignalFence();
        }

        private void BuildExits(ulong size)
        {
            using IrBuilder builder = new(module);
            foreach (IrBlock block in function.Blocks())
            {
                IrValue exit = block.Terminator;
                if (exit.Opcode != IrOpcode.Ret)
                    continue;
                IrValue before = exit.Previous;
                if (!before.IsNone && Calls.IsTail(before))
                    exit = before;
                builder.Before(exit);
                builder.SetLocation(exit.DebugLocation());
                IrValue entry = _keepsEntryPointer
                    ? builder.Load(_context.Pointer, builder.OffsetInBounds(_base, _entrySlot))
                    : builder.OffsetInBounds(_base, (long)size);
                if (size > ThreadLayout.RedZoneBytes)
                    builder.SignalFence();
                builder.Store(entry, ThreadWords.DataStackPointer(module, builder));
            }
        }

        /// <summary>Uses of an address, through constant offsets, become base + constant beside each user.</summary>
        private void ReplaceAddress(IrValue address, long offset)
        {
            foreach (IrValue user in address.DistinctUsers())
            {
                if (user.Opcode == IrOpcode.GetElementPtr && ConstantOffset.Of(module, user) is { } more
                    && user.Operand(0) == address)
                {
                    ReplaceAddress(user, offset + more);
                    user.Erase();
                    continue;
                }
                OperandRewriter.Replace(
                    module, user, address, b => offset == 0 ? _base : b.OffsetInBounds(_base, offset));
            }
        }

        private void BuildDynamic(IrValue alloca)
        {
            using IrBuilder builder = new(module);
            builder.Before(alloca);
            builder.SetLocation(alloca.DebugLocation());
            IrValue count = alloca.Operand(0);
            uint bits = count.Type.IntegerBits;
            if (bits < 64)
                count = builder.ZeroExtend(count, _context.I64);
            else if (bits > 64)
                count = builder.Truncate(count, _context.I64);
            IrValue bytes = builder.Multiply(count, _context.I64.Integer(module.SizeOf(alloca.AllocatedType())));
            IrValue word = ThreadWords.DataStackPointer(module, builder);
            IrValue top = builder.Load(_context.Pointer, word);
            IrValue lowered = builder.Offset(top, builder.Subtract(_context.I64.Integer(0), bytes));
            long alignment = Math.Max(16, Math.Max(alloca.Alignment(), module.AlignmentOf(alloca.AllocatedType())));
            IrValue aligned = builder.Call(
                IrContext.Function(_context.Pointer, _context.Pointer, _context.I64),
                module.Intrinsic("llvm.ptrmask", _context.Pointer, _context.I64),
                lowered, _context.I64.Integer(unchecked((ulong)-alignment)));
            builder.Store(aligned, word);
            builder.SignalFence();
            alloca.ReplaceAllUsesWith(aligned);
            alloca.Erase();
        }

        private void ReplaceSaveOrRestore(IrValue call)
        {
            using IrBuilder builder = new(module);
            builder.Before(call);
            if (Calls.IsIntrinsic(call, "llvm.stacksave"))
            {
                call.ReplaceAllUsesWith(builder.Load(_context.Pointer, ThreadWords.DataStackPointer(module, builder)));
                call.Erase();
            }
            else if (Calls.IsIntrinsic(call, "llvm.stackrestore"))
            {
                builder.SignalFence();
                builder.Store(call.Argument(0), ThreadWords.DataStackPointer(module, builder));
                call.Erase();
            }
        }
    }
}

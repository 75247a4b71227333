using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>
/// What is live at a migration point is saved in the point's cold block, in the red zone below the data-stack pointer
/// (contracts, section 3), and read back behind the call. So a point asks nothing of the code around it: no value lives
/// across its call, none must be in a callee-saved register or a stack slot, none is in the record. Runs before
/// <see cref="LowerDataStack"/>, which may add the frame's base to what is live.
/// </summary>
internal static class SaveAtPoints
{
    // The word below the thread pointer that holds the data-stack pointer, and what signal handlers leave alone below
    // that.
    private const long PointerOffset = -8;
    private const long RedZoneBytes = 512;
    private const long SlotBytes = 8;
    private const uint SlotAlignment = 8;

    internal static void Run(IrModule module, IrValue function)
    {
        LiveValues live = new(function);
        Dictionary<IrValue, Dictionary<IrBlock, IrValue>> reloads = [];
        foreach (IrBlock block in live.Graph.Blocks)
        {
            IrValue park = block.First;
            if (park.IsNone || !Calls.IsPoint(park))
                continue;
            int[] values = live.LiveAfter(block, [park])[park];
            foreach ((IrValue value, IrValue reload) in Save(module, park, [.. values.Select(v => live.Values[v])]))
            {
                if (!reloads.TryGetValue(value, out Dictionary<IrBlock, IrValue>? byBlock))
                    reloads[value] = byBlock = [];
                byBlock.Add(block, reload);
            }
        }
        foreach ((IrValue value, Dictionary<IrBlock, IrValue> byBlock) in reloads)
            new MergeDefinitions(module, live, value, byBlock).Run();
    }

    private static List<(IrValue Value, IrValue Reload)> Save(IrModule module, IrValue park, List<IrValue> values)
    {
        List<(IrValue Value, IrValue Reload)> reloads = [];
        if (values.Count == 0)
            return reloads;
        List<long> offsets = [];
        long bytes = 0;
        foreach (IrValue value in values)
        {
            bytes += ((long)module.StoreSizeOf(value.Type) + SlotBytes - 1) & -SlotBytes;
            offsets.Add(-bytes);
        }
        // Beyond the red zone the pointer itself must move, and before anything is written there.
        long lowered = bytes <= RedZoneBytes ? 0 : (bytes + 15) & ~15L;
        using IrBuilder builder = new(module);
        builder.Before(park);
        IrValue top = Top(builder, module);
        if (lowered != 0)
        {
            builder.Store(builder.OffsetInBounds(top, -lowered), PointerWord(builder, module));
            builder.SignalFence();
        }
        for (int i = 0; i < values.Count; i++)
            builder.Store(values[i], builder.OffsetInBounds(top, offsets[i])).SetAlignment(SlotAlignment);
        builder.Before(park.Next);
        top = Top(builder, module);
        if (lowered != 0)
            top = builder.OffsetInBounds(top, lowered);
        for (int i = 0; i < values.Count; i++)
        {
            IrValue reload = builder.Load(values[i].Type, builder.OffsetInBounds(top, offsets[i]));
            reload.SetAlignment(SlotAlignment);
            reload.Name = values[i].Name;
            reloads.Add((values[i], reload));
        }
        if (lowered != 0)
        {
            builder.SignalFence();
            builder.Store(top, PointerWord(builder, module));
        }
        return reloads;
    }

    private static IrValue Top(IrBuilder builder, IrModule module) =>
        builder.Load(module.Context.Pointer, PointerWord(builder, module));

    private static IrValue PointerWord(IrBuilder builder, IrModule module) => builder.OffsetInBounds(
        builder.Call(IrContext.Function(module.Context.Pointer), module.Intrinsic("llvm.thread.pointer")),
        PointerOffset);
}

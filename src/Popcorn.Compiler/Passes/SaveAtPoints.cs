using System.Collections.Frozen;
using Popcorn.Llvm;
using Popcorn.StateMap;

namespace Popcorn.Compiler.Passes;

/// <summary>A value that a point keeps itself.</summary>
internal sealed record PointValue(string Name, IrType Type, long Bytes);

/// <summary>
/// What is live at a migration point is saved in the point's cold block, in the red zone below the data-stack pointer
/// (contracts, section 3), and read back behind the call. So a point asks nothing of the code around it: no value lives
/// across its call, none must be in a callee-saved register or a stack slot, none is in the record. Runs before
/// <see cref="LowerDataStack"/>, which may add the frame's base to what is live.
/// </summary>
internal static class SaveAtPoints
{
    private const uint SlotAlignment = 8;

    internal static IReadOnlyDictionary<IrValue, IReadOnlyList<PointValue>> Nothing { get; } =
        FrozenDictionary<IrValue, IReadOnlyList<PointValue>>.Empty;

    /// <summary>By the point's call, what it keeps, in the order of <see cref="SavedArea"/>'s slots.</summary>
    internal static IReadOnlyDictionary<IrValue, IReadOnlyList<PointValue>> Run(IrModule module, IrValue function)
    {
        LiveValues live = new(function);
        Dictionary<IrValue, IReadOnlyList<PointValue>> saved = [];
        Dictionary<IrValue, Dictionary<IrBlock, IrValue>> reloads = [];
        foreach (IrBlock block in live.Graph.Blocks)
        {
            IrValue park = block.First;
            if (park.IsNone || !Calls.IsPoint(park))
                continue;
            IrValue[] values = [.. live.LiveAfter(block, [park])[park].Select(v => live.Values[v])];
            PointValue[] kept =
                [.. values.Select(v => new PointValue(v.Name, v.Type, (long)module.StoreSizeOf(v.Type)))];
            saved.Add(park, kept);
            SavedArea area = new(kept.Select(k => k.Bytes));
            foreach ((IrValue value, IrValue reload) in Save(module, park, values, area))
            {
                if (!reloads.TryGetValue(value, out Dictionary<IrBlock, IrValue>? byBlock))
                    reloads[value] = byBlock = [];
                byBlock.Add(block, reload);
            }
        }
        foreach ((IrValue value, Dictionary<IrBlock, IrValue> byBlock) in reloads)
            new MergeDefinitions(module, live, value, byBlock).Run();
        return saved;
    }

    private static List<(IrValue Value, IrValue Reload)> Save(
        IrModule module, IrValue park, IrValue[] values, SavedArea area)
    {
        List<(IrValue Value, IrValue Reload)> reloads = [];
        if (values.Length == 0)
            return reloads;
        long lowered = area.LoweredBytes;
        using IrBuilder builder = new(module);
        builder.Before(park);
        IrValue top = Top(builder, module);
        // Beyond the red zone the pointer itself must move, and before anything is written there.
        if (lowered != 0)
        {
            builder.Store(builder.OffsetInBounds(top, -lowered), ThreadWords.DataStackPointer(module, builder));
            builder.SignalFence();
        }
        for (int i = 0; i < values.Length; i++)
            builder.Store(values[i], builder.OffsetInBounds(top, area.Offsets[i])).SetAlignment(SlotAlignment);
        builder.Before(park.Next);
        top = Top(builder, module);
        if (lowered != 0)
            top = builder.OffsetInBounds(top, lowered);
        for (int i = 0; i < values.Length; i++)
        {
            IrValue reload = builder.Load(values[i].Type, builder.OffsetInBounds(top, area.Offsets[i]));
            reload.SetAlignment(SlotAlignment);
            reload.Name = values[i].Name;
            reloads.Add((values[i], reload));
        }
        if (lowered != 0)
        {
            builder.SignalFence();
            builder.Store(top, ThreadWords.DataStackPointer(module, builder));
        }
        return reloads;
    }

    private static IrValue Top(IrBuilder builder, IrModule module) =>
        builder.Load(module.Context.Pointer, ThreadWords.DataStackPointer(module, builder));
}

using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>
/// Values that are stored to the data stack before a call and read back behind it, at the calls where too many are live
/// and nowhere else: between those calls they stay in registers. What is read back is a new definition, so nothing
/// lives across the call. Each call is the last instruction of its block but for the branch.
/// </summary>
internal static class SaveAroundCalls
{
    /// <param name="module">The module.</param>
    /// <param name="function">Where.</param>
    /// <param name="live">Liveness of the function as it is.</param>
    /// <param name="saved">By call: the values to save, by number.</param>
    internal static void Run(
        IrModule module, IrValue function, LiveValues live, IReadOnlyDictionary<IrValue, List<int>> saved)
    {
        Dictionary<int, IrValue> slots = [];
        Dictionary<int, Dictionary<IrBlock, IrValue>> reloads = [];
        using IrBuilder builder = new(module);
        foreach (int value in saved.Values.SelectMany(v => v).Distinct())
        {
            slots[value] = builder.Before(function.EntryBlock().First).Alloca(live.Values[value].Type);
            reloads[value] = [];
        }
        foreach ((IrValue call, List<int> values) in saved)
        {
            builder.Before(call);
            foreach (int value in values)
                builder.Store(live.Values[value], slots[value]);
            builder.Before(call.Next);
            foreach (int value in values)
            {
                IrValue reload = builder.Load(live.Values[value].Type, slots[value]);
                reload.Name = live.Values[value].Name;
                reloads[value].Add(call.Block, reload);
            }
        }
        foreach ((int value, Dictionary<IrBlock, IrValue> byBlock) in reloads)
            new MergeDefinitions(module, live, live.Values[value], byBlock).Run();
    }
}

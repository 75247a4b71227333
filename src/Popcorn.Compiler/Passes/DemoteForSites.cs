using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>
/// Moves values to the data stack that must not or need not be in a site's record: types a record cannot hold;
/// everything live behind a <c>setjmp</c> (contracts, section 5); and, where a site would still carry more than K
/// values, the cheapest ones. Left alone, large functions have tens of live values at each of thousands of sites, and
/// register allocation takes minutes and then gives up. A value in common memory needs no record, and the allocator
/// would have spilled it anyway. Runs before <see cref="LowerDataStack"/>, which places the slots.
/// </summary>
internal static class DemoteForSites
{
    internal static void Run(IrModule module, IrValue function, ModuleFacts facts, int liveValuesMax)
    {
        HashSet<IrValue> sites = facts.Sites(function);
        HashSet<IrValue> setjmps = [.. function.Blocks().SelectMany(b => b.Instructions()).Where(Calls.IsSetjmp)];
        LiveValues live = new(function);
        List<int[]> liveAtSites = [];
        SortedSet<int> demoted = [];
        foreach (IrBlock block in live.Graph.Blocks)
        {
            liveAtSites.AddRange(live.LiveAfter(block, sites).Values);
            foreach (int[] values in live.LiveAfter(block, setjmps).Values)
                demoted.UnionWith(values);
        }
        foreach (int value in liveAtSites.SelectMany(v => v))
        {
            if (RecordedType.Of(live.Values[value].Type) == RecordedType.None)
                demoted.Add(value);
        }
        Bound(live, liveAtSites, demoted, liveValuesMax);
        foreach (int value in demoted)
            DemoteValue.ToNewSlot(module, function, live.Values[value]);
    }

    /// <summary>Adds the values that are cheapest per crowded site they cross until no site is crowded.</summary>
    private static void Bound(LiveValues live, List<int[]> liveAtSites, SortedSet<int> demoted, int liveValuesMax)
    {
        Dictionary<int, List<int>> crossed = [];
        int[] counts = new int[liveAtSites.Count];
        for (int site = 0; site < counts.Length; site++)
        {
            int[] kept = [.. liveAtSites[site].Where(v => !demoted.Contains(v))];
            counts[site] = kept.Length;
            if (kept.Length <= liveValuesMax)
                continue;
            foreach (int value in kept)
            {
                if (!crossed.TryGetValue(value, out List<int>? list))
                    crossed[value] = list = [];
                list.Add(site);
            }
        }
        if (crossed.Count == 0)
            return;
        double[] frequency = live.Graph.Frequencies();
        IEnumerable<int> cheapestFirst = crossed.Keys
            .Select(v => (Value: v, Cost: AccessCost(live, v, frequency) / crossed[v].Count))
            .OrderBy(c => c.Cost).ThenBy(c => c.Value).Select(c => c.Value);
        foreach (int value in cheapestFirst)
        {
            if (!crossed[value].Exists(site => counts[site] > liveValuesMax))
                continue;
            demoted.Add(value);
            foreach (int site in crossed[value])
                counts[site]--;
        }
    }

    /// <summary>How often the slot would be stored and loaded.</summary>
    private static double AccessCost(LiveValues live, int value, double[] frequency)
    {
        IrValue definition = live.Values[value];
        double cost = definition.IsArgument ? 1 : frequency[live.Graph.IndexOf(definition.Block)];
        foreach (IrValue user in definition.DistinctUsers())
        {
            if (user.Opcode != IrOpcode.Phi)
            {
                cost += frequency[live.Graph.IndexOf(user.Block)];
                continue;
            }
            for (int i = 0; i < user.IncomingCount(); i++)
            {
                if (user.IncomingValue(i) == definition)
                    cost += frequency[live.Graph.IndexOf(user.IncomingBlock(i))];
            }
        }
        return cost;
    }
}

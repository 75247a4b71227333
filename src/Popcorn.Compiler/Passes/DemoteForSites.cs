using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>
/// Moves values to the data stack that must not or need not be in a site's record: types a record cannot hold;
/// everything live behind a <c>setjmp</c> (contracts, section 5); and, where a site would still carry more than K
/// values, the cheapest ones. Left alone, large functions have tens of live values at each of thousands of sites, and
/// register allocation takes minutes and then gives up. A value in common memory needs no record, and the allocator
/// would have spilled it anyway. What is chosen is always a whole variable (<see cref="PhiWebs"/>). Runs before
/// <see cref="LowerDataStack"/>, which places the slots.
/// </summary>
internal static class DemoteForSites
{
    internal static void Run(IrModule module, IrValue function, ModuleFacts facts, int liveValuesMax)
    {
        HashSet<IrValue> sites = facts.Sites(function);
        HashSet<IrValue> setjmps = [.. function.Blocks().SelectMany(b => b.Instructions()).Where(Calls.IsSetjmp)];
        LiveValues live = new(function);
        List<int[]> liveAtSites = [];
        SortedSet<int> forced = [];
        foreach (IrBlock block in live.Graph.Blocks)
        {
            liveAtSites.AddRange(live.LiveAfter(block, sites).Values);
            foreach (int[] values in live.LiveAfter(block, setjmps).Values)
                forced.UnionWith(values);
        }
        foreach (int value in liveAtSites.SelectMany(v => v))
        {
            if (RecordedType.Of(live.Values[value].Type) == RecordedType.None)
                forced.Add(value);
        }
        if (forced.Count == 0 && !liveAtSites.Exists(v => v.Length > liveValuesMax))
            return;
        SortedSet<int> candidates = [.. liveAtSites.SelectMany(v => v), .. forced];
        PhiWebs webs = PhiWebs.Of(live, candidates, join: setjmps.Count == 0);
        SortedSet<int> demoted = [.. forced.Select(webs.WebOf)];
        Bound(live, webs, liveAtSites, demoted, liveValuesMax);
        DemoteWebs.Run(
            module, function, [.. demoted.Select(w => webs.Members(w).Select(m => live.Values[m]).ToList())]);
    }

    /// <summary>Adds the variables that are cheapest per crowded site they cross until no site is crowded.</summary>
    private static void Bound(
        LiveValues live, PhiWebs webs, List<int[]> liveAtSites, SortedSet<int> demoted, int liveValuesMax)
    {
        Dictionary<int, List<int>> crossed = [];
        int[] counts = new int[liveAtSites.Count];
        for (int site = 0; site < counts.Length; site++)
        {
            // Members of one web are never live at the same time.
            int[] kept = [.. liveAtSites[site].Select(webs.WebOf).Where(w => !demoted.Contains(w))];
            counts[site] = kept.Length;
            if (kept.Length <= liveValuesMax)
                continue;
            foreach (int web in kept)
            {
                if (!crossed.TryGetValue(web, out List<int>? list))
                    crossed[web] = list = [];
                list.Add(site);
            }
        }
        if (crossed.Count == 0)
            return;
        double[] frequency = live.Graph.Frequencies();
        IEnumerable<int> cheapestFirst = crossed.Keys
            .Select(w => (Web: w, Cost: AccessCost(live, webs, w, frequency) / crossed[w].Count))
            .OrderBy(c => c.Cost).ThenBy(c => c.Web).Select(c => c.Web);
        foreach (int web in cheapestFirst)
        {
            if (!crossed[web].Exists(site => counts[site] > liveValuesMax))
                continue;
            demoted.Add(web);
            foreach (int site in crossed[web])
                counts[site]--;
        }
    }

    /// <summary>How often the slot would be stored and loaded.</summary>
    private static double AccessCost(LiveValues live, PhiWebs webs, int web, double[] frequency)
    {
        HashSet<IrValue> members = [.. webs.Members(web).Select(m => live.Values[m])];
        double cost = 0;
        foreach (IrValue member in members)
        {
            if (member.Opcode == IrOpcode.Phi)
                cost += PhiCost(live, member, frequency, edge => !members.Contains(edge));
            else
                cost += member.IsArgument ? 1 : frequency[live.Graph.IndexOf(member.Block)];
            foreach (IrValue user in member.DistinctUsers())
            {
                if (user.Opcode != IrOpcode.Phi)
                    cost += frequency[live.Graph.IndexOf(user.Block)];
                else if (!members.Contains(user))
                    cost += PhiCost(live, user, frequency, edge => edge == member);
            }
        }
        return cost;
    }

    private static double PhiCost(LiveValues live, IrValue phi, double[] frequency, Func<IrValue, bool> counts)
    {
        double cost = 0;
        for (int i = 0; i < phi.IncomingCount(); i++)
        {
            if (counts(phi.IncomingValue(i)))
                cost += frequency[live.Graph.IndexOf(phi.IncomingBlock(i))];
        }
        return cost;
    }
}

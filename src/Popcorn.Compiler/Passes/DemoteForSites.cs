using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>
/// Moves values to the data stack that must not or need not be in a site's record: types a record cannot hold;
/// everything live behind a <c>setjmp</c> (contracts, section 5); and, where a site would still carry more than K
/// values, the cheapest ones. Left alone, large functions have tens of live values at each of thousands of sites, and
/// register allocation takes minutes and then gives up. A value in common memory needs no record, and the allocator
/// would have spilled it anyway. What is chosen is a whole variable (<see cref="PhiWebs"/>): it lives there for good,
/// or is only saved round the crowded calls (<see cref="SaveAroundCalls"/>), whichever is less work. Points do not
/// count: <see cref="SaveAtPoints"/> takes what is live there out of their way. Runs before
/// <see cref="LowerDataStack"/>, which places the slots.
/// </summary>
internal sealed class DemoteForSites
{
    private readonly LiveValues _live;
    private readonly PhiWebs _webs;
    private readonly List<CrossedSite> _sites;
    private readonly int _liveValuesMax;
    private readonly SortedSet<int> _demoted;
    private readonly Dictionary<IrValue, List<int>> _saved = [];

    private DemoteForSites(LiveValues live, PhiWebs webs, List<CrossedSite> sites, SortedSet<int> demoted, int max)
    {
        _live = live;
        _webs = webs;
        _sites = sites;
        _demoted = demoted;
        _liveValuesMax = max;
    }

    internal static void Run(IrModule module, IrValue function, ModuleFacts facts, int liveValuesMax)
    {
        HashSet<IrValue> sites = [.. facts.Sites(function).Where(s => !Calls.IsPoint(s))];
        HashSet<IrValue> setjmps = [.. function.Blocks().SelectMany(b => b.Instructions()).Where(Calls.IsSetjmp)];
        LiveValues live = new(function);
        List<CrossedSite> crossed = CrossedSites(live, sites);
        List<CrossedSite> crowded = crossed.FindAll(s => s.Live.Length > liveValuesMax);
        if (crowded.Count != 0)
        {
            // So that what is read back behind a crowded call is defined at the end of a block.
            foreach (CrossedSite site in crowded.Where(s => s.Call.Next != s.Call.Block.Terminator
                || s.Call.Next.Opcode != IrOpcode.Br || s.Call.Next.SuccessorCount() != 1))
                SplitBehind(module, site.Call);
            live = new LiveValues(function);
            crossed = CrossedSites(live, sites);
        }
        SortedSet<int> forced = Forced(live, crossed, setjmps);
        if (forced.Count == 0 && crowded.Count == 0)
            return;
        SortedSet<int> candidates = [.. crossed.SelectMany(s => s.Live), .. forced];
        PhiWebs webs = PhiWebs.Of(live, candidates, join: setjmps.Count == 0);
        DemoteForSites choice = new(live, webs, crossed, [.. forced.Select(webs.WebOf)], liveValuesMax);
        choice.Bound();
        List<List<IrValue>> demoted =
            [.. choice._demoted.Select(w => webs.Members(w).Select(m => live.Values[m]).ToList())];
        SaveAroundCalls.Run(module, function, live, choice._saved);
        DemoteWebs.Run(module, function, demoted);
    }

    private static List<CrossedSite> CrossedSites(LiveValues live, HashSet<IrValue> sites)
    {
        List<CrossedSite> crossed = [];
        foreach (IrBlock block in live.Graph.Blocks)
        {
            foreach ((IrValue call, int[] values) in live.LiveAfter(block, sites))
                crossed.Add(new CrossedSite(call, values));
        }
        return crossed;
    }

    private static void SplitBehind(IrModule module, IrValue call)
    {
        IrBlock head = call.Block;
        using IrBuilder builder = new(module);
        IrBlock tail = module.SplitBefore(call.Next, "");
        builder.AtEnd(head).Branch(tail);
    }

    private static SortedSet<int> Forced(LiveValues live, List<CrossedSite> crossed, HashSet<IrValue> setjmps)
    {
        SortedSet<int> forced = [];
        foreach (IrBlock block in live.Graph.Blocks)
        {
            foreach (int[] values in live.LiveAfter(block, setjmps).Values)
                forced.UnionWith(values);
        }
        foreach (int value in crossed.SelectMany(s => s.Live))
        {
            if (RecordedType.Of(live.Values[value].Type) == RecordedType.None)
                forced.Add(value);
        }
        return forced;
    }

    /// <summary>Takes the variables that are cheapest per crowded site they cross until no site is crowded.</summary>
    private void Bound()
    {
        Dictionary<int, List<int>> crossed = [];
        int[] counts = new int[_sites.Count];
        for (int site = 0; site < counts.Length; site++)
        {
            // Members of one web are never live at the same time.
            int[] kept = [.. _sites[site].Live.Select(_webs.WebOf).Where(w => !_demoted.Contains(w))];
            counts[site] = kept.Length;
            if (kept.Length <= _liveValuesMax)
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
        double[] frequency = _live.Graph.Frequencies();
        IEnumerable<(int Web, double Cost, bool Saves)> cheapestFirst = crossed
            .Select(c => Cheapest(c.Key, c.Value, frequency)).OrderBy(c => c.Cost).ThenBy(c => c.Web);
        foreach ((int web, _, bool saves) in cheapestFirst)
        {
            List<int> crowded = crossed[web].FindAll(site => counts[site] > _liveValuesMax);
            if (crowded.Count == 0)
                continue;
            foreach (int site in saves ? crowded : crossed[web])
                counts[site]--;
            if (saves)
                Save(web, crowded);
            else
                _demoted.Add(web);
        }
    }

    private (int Web, double Cost, bool Saves) Cheapest(int web, List<int> crossed, double[] frequency)
    {
        double demoting = AccessCost(web, frequency);
        double saving = crossed.Sum(s => 2 * frequency[_live.Graph.IndexOf(_sites[s].Call.Block)]);
        return (web, Math.Min(demoting, saving) / crossed.Count, saving < demoting);
    }

    private void Save(int web, List<int> sites)
    {
        foreach (int site in sites)
        {
            CrossedSite crossed = _sites[site];
            if (!_saved.TryGetValue(crossed.Call, out List<int>? values))
                _saved[crossed.Call] = values = [];
            values.AddRange(crossed.Live.Where(v => _webs.WebOf(v) == web));
        }
    }

    /// <summary>How often the slot would be stored and loaded.</summary>
    private double AccessCost(int web, double[] frequency)
    {
        HashSet<IrValue> members = [.. _webs.Members(web).Select(m => _live.Values[m])];
        double cost = 0;
        foreach (IrValue member in members)
        {
            if (member.Opcode == IrOpcode.Phi)
                cost += PhiCost(member, frequency, edge => !members.Contains(edge));
            else
                cost += member.IsArgument ? 1 : frequency[_live.Graph.IndexOf(member.Block)];
            foreach (IrValue user in member.DistinctUsers())
            {
                if (user.Opcode != IrOpcode.Phi)
                    cost += frequency[_live.Graph.IndexOf(user.Block)];
                else if (!members.Contains(user))
                    cost += PhiCost(user, frequency, edge => edge == member);
            }
        }
        return cost;
    }

    private double PhiCost(IrValue phi, double[] frequency, Func<IrValue, bool> counts)
    {
        double cost = 0;
        for (int i = 0; i < phi.IncomingCount(); i++)
        {
            if (counts(phi.IncomingValue(i)))
                cost += frequency[_live.Graph.IndexOf(phi.IncomingBlock(i))];
        }
        return cost;
    }

    /// <summary>A call and the numbers of the values that are live across it.</summary>
    private sealed record CrossedSite(IrValue Call, int[] Live);
}

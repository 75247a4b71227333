using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>
/// Values that are one variable of the source: joined by phis and never live at the same time, so that one slot can
/// hold them all and the phis between them copy nothing. (Slots of their own would make each merge of paths a load and
/// a store for every variable.)
/// </summary>
internal sealed class PhiWebs
{
    private readonly LiveValues _live;
    private readonly Dictionary<int, int> _parent = [];
    private readonly Dictionary<int, List<int>> _members = [];

    // By web: what is live where any of its members is defined, as a bit set.
    private readonly Dictionary<int, ulong[]> _liveAtDefinitions = [];

    private PhiWebs(LiveValues live) => _live = live;

    /// <summary>The webs of these values, each by its smallest member.</summary>
    /// <param name="live">Liveness of the function.</param>
    /// <param name="values">Which values matter; phis that only carry one of them to another come along.</param>
    /// <param name="join">False leaves each value alone: behind a setjmp a slot must keep its value although no path in
    /// the graph reads it again.</param>
    internal static PhiWebs Of(LiveValues live, IReadOnlyCollection<int> values, bool join)
    {
        PhiWebs webs = new(live);
        foreach (int value in values)
        {
            webs._parent[value] = value;
            webs._members[value] = [value];
        }
        if (join)
        {
            webs.Join(values);
            webs.Join([.. values, .. webs.AddCarriers(values)]);
        }
        return webs;
    }

    internal int WebOf(int value)
    {
        while (_parent[value] != value)
            value = _parent[value] = _parent[_parent[value]];
        return value;
    }

    internal IReadOnlyList<int> Members(int web) => _members[web];

    /// <summary>Phis that come into a phi that matters. Where ways meet before a loop goes round, such a one would copy
    /// the slot to a register and back in every round.</summary>
    private List<int> AddCarriers(IReadOnlyCollection<int> values)
    {
        List<int> carriers = [];
        Queue<int> left = new(values);
        while (left.TryDequeue(out int value))
        {
            IrValue phi = _live.Values[value];
            if (phi.Opcode != IrOpcode.Phi)
                continue;
            for (int i = 0; i < phi.IncomingCount(); i++)
            {
                IrValue incoming = phi.IncomingValue(i);
                if (incoming.Opcode != IrOpcode.Phi || _live.IndexOf(incoming) is not { } carrier
                    || !_parent.TryAdd(carrier, carrier))
                    continue;
                _members[carrier] = [carrier];
                carriers.Add(carrier);
                left.Enqueue(carrier);
            }
        }
        return carriers;
    }

    private void Join(IReadOnlyCollection<int> values)
    {
        foreach (int value in values.Where(v => WebOf(v) == v && !_liveAtDefinitions.ContainsKey(v)))
            _liveAtDefinitions[value] = _live.LiveAtDefinition(value);
        foreach (int value in values.Order())
        {
            IrValue phi = _live.Values[value];
            if (phi.Opcode != IrOpcode.Phi)
                continue;
            for (int i = 0; i < phi.IncomingCount(); i++)
            {
                if (_live.IndexOf(phi.IncomingValue(i)) is { } incoming && _parent.ContainsKey(incoming))
                    TryJoin(WebOf(value), WebOf(incoming));
            }
        }
    }

    private void TryJoin(int one, int other)
    {
        if (one == other || Meet(one, other) || Meet(other, one) || ShareBlock(one, other))
            return;
        (int kept, int merged) = one < other ? (one, other) : (other, one);
        _parent[merged] = kept;
        _members[kept].AddRange(_members[merged]);
        _members.Remove(merged);
        ulong[] union = _liveAtDefinitions[kept], more = _liveAtDefinitions[merged];
        for (int w = 0; w < union.Length; w++)
            union[w] |= more[w];
        _liveAtDefinitions.Remove(merged);
    }

    /// <summary>A member of one web is live where a member of the other is defined.</summary>
    private bool Meet(int members, int definitions)
    {
        ulong[] live = _liveAtDefinitions[definitions];
        return _members[members].Exists(m => (live[m >> 6] >> (m & 63) & 1) != 0);
    }

    /// <summary>Phis of one block are defined at once, as arguments are.</summary>
    private bool ShareBlock(int one, int other)
    {
        HashSet<nint> blocks = [.. _members[one].Select(Place).Where(p => p != 0)];
        return _members[other].Exists(m => Place(m) is not 0 and { } place && blocks.Contains(place));
    }

    private nint Place(int value)
    {
        IrValue definition = _live.Values[value];
        return definition.IsArgument ? -1 : definition.Opcode == IrOpcode.Phi ? definition.Block.Handle : 0;
    }
}

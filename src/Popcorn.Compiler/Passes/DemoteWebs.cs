using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>
/// Gives each web of values one slot in memory: stored where a member is defined, loaded again beside each use. A phi
/// of the web disappears; what comes into it from outside is stored on its edge.
/// </summary>
internal sealed class DemoteWebs
{
    private readonly IrModule _module;
    private readonly IrValue _function;
    private readonly Dictionary<IrValue, IrValue> _slots = [];

    private DemoteWebs(IrModule module, IrValue function)
    {
        _module = module;
        _function = function;
    }

    internal static void Run(IrModule module, IrValue function, IReadOnlyList<List<IrValue>> webs)
    {
        DemoteWebs demotion = new(module, function);
        using IrBuilder builder = new(module);
        foreach (List<IrValue> web in webs)
        {
            IrValue slot = builder.Before(function.EntryBlock().First).Alloca(web[0].Type);
            foreach (IrValue value in web)
                demotion._slots.Add(value, slot);
        }
        List<IrValue> phis = [.. demotion._slots.Keys.Where(v => v.Opcode == IrOpcode.Phi)];
        foreach ((IrValue value, IrValue slot) in demotion._slots)
        {
            if (value.Opcode != IrOpcode.Phi)
                DemoteValue.Store(module, function, value, slot);
        }
        // Before the edges: a phi that stays reads a slot ahead of what the edge stores there.
        foreach ((IrValue value, IrValue slot) in demotion._slots)
            demotion.Reload(value, slot);
        foreach (IGrouping<IrBlock, IrValue> block in phis.GroupBy(p => p.Block).ToList())
            demotion.StoreOnEdges(block.Key, [.. block]);
        foreach (IrValue phi in phis)
        {
            phi.ReplaceAllUsesWith(phi.Type.Poison());
            phi.Erase();
        }
    }

    /// <summary>All phis of a block take their values at once: what comes in is read before any slot is
    /// written.</summary>
    private void StoreOnEdges(IrBlock block, List<IrValue> phis)
    {
        IrValue first = phis[0];
        List<IrBlock> sources =
            [.. Enumerable.Range(0, first.IncomingCount()).Select(i => first.IncomingBlock(i)).Distinct()];
        foreach (IrBlock source in sources)
        {
            if (Stores(phis, source).Count == 0)
                continue;
            IrBlock edge = source.Terminator.SuccessorCount() == 1 ? source : _module.SplitEdge(source, block, phis);
            // Asked again: splitting the edge builds the block's other phis anew, and they may be what comes in.
            List<(IrValue Value, IrValue Slot)> stores = Stores(phis, source);
            using IrBuilder builder = new(_module);
            builder.Before(edge.Terminator);
            List<IrValue> values = [.. stores.Select(
                s => _slots.TryGetValue(s.Value, out IrValue from) ? builder.Load(s.Value.Type, from) : s.Value)];
            for (int i = 0; i < stores.Count; i++)
                builder.Store(values[i], stores[i].Slot);
        }
    }

    /// <summary>What comes in from this block and is not in the phi's slot already.</summary>
    private List<(IrValue Value, IrValue Slot)> Stores(List<IrValue> phis, IrBlock source)
    {
        List<(IrValue Value, IrValue Slot)> stores = [];
        foreach (IrValue phi in phis)
        {
            IrValue incoming = Incoming(phi, source), slot = _slots[phi];
            bool nothing = incoming.Kind is IrValueKind.Undef or IrValueKind.Poison;
            if (!nothing && _slots.GetValueOrDefault(incoming) != slot)
                stores.Add((incoming, slot));
        }
        return stores;
    }

    private static IrValue Incoming(IrValue phi, IrBlock source)
    {
        for (int i = 0; i < phi.IncomingCount(); i++)
        {
            if (phi.IncomingBlock(i) == source)
                return phi.IncomingValue(i);
        }
        return default;
    }

    /// <summary>Every use reads the slot, but for phis that go and the store of the value itself.</summary>
    private void Reload(IrValue value, IrValue slot)
    {
        foreach (IrValue user in value.DistinctUsers())
        {
            bool phiOfAWeb = user.Opcode == IrOpcode.Phi && _slots.ContainsKey(user);
            bool ownStore = user.Opcode == IrOpcode.Store && user.Operand(1) == slot && user.Operand(0) == value;
            if (!phiOfAWeb && !ownStore)
                OperandRewriter.Replace(_module, user, value, b => b.Load(value.Type, slot));
        }
    }
}

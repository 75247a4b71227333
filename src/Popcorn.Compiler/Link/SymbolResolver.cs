using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Popcorn.Core;

namespace Popcorn.Compiler.Link;

/// <summary>
/// Decides which modules a program consists of, by the rules of a Unix linker: objects always, an archive's member when
/// it defines a name that is needed and not defined yet. As with lld an archive keeps offering its members, so the
/// order of libraries matters only where two define one name: the first wins.
/// </summary>
internal sealed class SymbolResolver
{
    // References listed for one undefined symbol.
    private const int ReferencesMax = 3;

    private readonly Dictionary<string, Entry> _table = new(StringComparer.Ordinal);
    private readonly List<LinkModule> _included = [];
    private readonly HashSet<LinkModule> _known = [];
    private readonly Queue<LinkModule> _pending = new();
    private readonly List<(string Name, LinkModule First, LinkModule Second)> _duplicates = [];

    private enum EntryState : byte
    {
        Undefined,
        WeakUndefined,
        Lazy,
        WeakDefined,
        Common,
        Defined,
    }

    /// <summary>In the order in which they joined.</summary>
    public IReadOnlyList<LinkModule> Included => _included;

    public void AddObject(LinkModule module)
    {
        Enqueue(module);
        Drain();
    }

    public void AddArchive(IEnumerable<LinkModule> members)
    {
        foreach (LinkModule member in members)
        {
            foreach (LinkSymbol symbol in member.Symbols)
            {
                if (symbol.IsDefinition)
                    Offer(symbol.Name, member);
            }
        }

        Drain();
    }

    /// <summary>References from outside the modules: <c>-u</c>, the entry point, calls the code generators made
    /// up.</summary>
    public void Require(string name)
    {
        Reference(name, weak: false);
        Drain();
    }

    /// <summary>Fetches an archive's member for the name if one offers it; otherwise the name stays unknown, which is
    /// no error.</summary>
    public void RequireIfOffered(string name)
    {
        if (_table.TryGetValue(name, out Entry entry) && entry.State == EntryState.Lazy)
            Require(name);
    }

    public bool IsDefined(string name) =>
        _table.TryGetValue(name, out Entry entry)
            && entry.State is EntryState.Defined or EntryState.WeakDefined or EntryState.Common;

    /// <summary>The module whose definition of the name the program uses.</summary>
    public bool TryGetDefiner(string name, [NotNullWhen(true)] out LinkModule? module)
    {
        module = IsDefined(name) ? _table[name].Module : null;
        return module is not null;
    }

    /// <summary>Reports duplicate definitions (PC0301) and undefined symbols (PC0302).</summary>
    /// <param name="isProvided">Names defined outside the modules: by the linker script or libgcc.</param>
    /// <param name="sink">Gets one error for each name.</param>
    public void Report(Predicate<string> isProvided, DiagnosticSink sink)
    {
        foreach ((string name, LinkModule first, LinkModule second) in _duplicates)
        {
            sink.Error("PC0301", second.Display,
                $"duplicate symbol: {name}\n>>> defined in {first.Display}\n>>> defined in {second.Display}");
        }


        foreach ((string name, Entry entry) in _table)
        {
            if (entry.State != EntryState.Undefined || isProvided(name))
                continue;
            List<string> referrers = [];
            foreach (LinkModule module in _included)
            {
                if (module.Symbols.Any(symbol => symbol.Kind == LinkSymbolKind.Undefined && symbol.Name == name))
                    referrers.Add(module.Referrer(name));
            }

            string lines = string.Concat(
                referrers.Take(ReferencesMax).Select(referrer => $"\n>>> referenced by {referrer}"));
            string more = referrers.Count > ReferencesMax ? $"\n>>> and by {referrers.Count - ReferencesMax} more" : "";
            sink.Error("PC0302", "", $"undefined symbol: {name}{lines}{more}");
        }
    }

    private void Enqueue(LinkModule module)
    {
        if (_known.Add(module))
            _pending.Enqueue(module);
    }

    private void Drain()
    {
        while (_pending.TryDequeue(out LinkModule? module))
        {
            _included.Add(module);
            foreach (LinkSymbol symbol in module.Symbols)
            {
                if (symbol.IsDefinition)
                    Define(symbol, module);
                else
                    Reference(symbol.Name, symbol.Kind == LinkSymbolKind.WeakUndefined);
            }
        }
    }

    private void Reference(string name, bool weak)
    {
        ref Entry entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_table, name, out bool exists);
        if (!exists)
            entry = new Entry(weak ? EntryState.WeakUndefined : EntryState.Undefined, null);
        else if (weak)
            return;
        else if (entry.State == EntryState.WeakUndefined)
            entry.State = EntryState.Undefined;
        else if (entry.State == EntryState.Lazy)
            Fetch(ref entry, entry.Module!);
    }

    private void Offer(string name, LinkModule member)
    {
        ref Entry entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_table, name, out bool exists);
        if (!exists || entry.State == EntryState.WeakUndefined)
            entry = new Entry(EntryState.Lazy, member);
        else if (entry.State == EntryState.Undefined && entry.Module is null)
            Fetch(ref entry, member);
    }

    // Stays undefined until the member is read; naming the member keeps a second one from being fetched for the same
    // symbol.
    private void Fetch(ref Entry entry, LinkModule member)
    {
        entry = new Entry(EntryState.Undefined, member);
        Enqueue(member);
    }

    private void Define(LinkSymbol symbol, LinkModule module)
    {
        EntryState state = symbol.Kind switch
        {
            LinkSymbolKind.WeakDefined => EntryState.WeakDefined,
            LinkSymbolKind.Common => EntryState.Common,
            _ => EntryState.Defined,
        };
        ref Entry entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_table, symbol.Name, out bool exists);
        if (!exists || entry.State <= EntryState.Lazy)
        {
            entry = new Entry(state, module);
            return;
        }

        if (state == EntryState.Defined && entry.State == EntryState.Defined)
        {
            _duplicates.Add((symbol.Name, entry.Module!, module));
        }
        else if (state == EntryState.Defined)
        {
            entry = new Entry(state, module);
        }
    }

    private struct Entry(EntryState state, LinkModule? module)
    {
        public EntryState State = state;
        public LinkModule? Module = module;
    }
}

namespace Popcorn.Compiler;

/// <summary>
/// Functions of the whole program as nodes. Node 0 stands for "called through a pointer": whoever calls indirectly
/// calls it, and it calls every function whose address is taken.
/// </summary>
internal sealed class CallGraph
{
    internal const int IndirectNode = 0;

    private readonly List<FunctionSummary?> _functions = [null];
    private readonly List<bool> _points = [false];
    private readonly List<HashSet<int>> _callees = [[]];
    private readonly List<HashSet<int>> _callers = [[]];
    private readonly List<bool> _callsRuntime = [false];
    private readonly Dictionary<string, List<int>> _external = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Module, string Name), int> _definitions = [];
    private readonly Dictionary<(string Module, string Name), string> _aliases = [];
    private readonly Dictionary<string, (ulong Size, uint Alignment)> _commons = new(StringComparer.Ordinal);

    internal int NodeCount => _functions.Count;

    internal static CallGraph Build(IReadOnlyList<ModuleSummary> program)
    {
        CallGraph graph = new();
        foreach (ModuleSummary module in program)
            graph.AddDefinitions(module);
        foreach (ModuleSummary module in program)
            graph.AddEdges(module);
        // The native runtime takes main's address, and libc calls it through that pointer; no summary tells of either.
        foreach (int node in graph.External("main") ?? [])
            graph.AddEdge(IndirectNode, node);
        return graph;
    }

    internal IReadOnlyCollection<int> Callees(int node) => _callees[node];

    internal IReadOnlyCollection<int> Callers(int node) => _callers[node];

    internal bool HasLoopPoint(int node) => _functions[node]?.HasLoopPoint ?? false;

    internal bool PollsBeforeCalls(int node) => _functions[node]?.PollsBeforeCalls ?? false;

    internal bool CallsParkingRuntime(int node) => _callsRuntime[node];

    /// <summary>Whether the function may be given a point: those of libc's leaf modules may not.</summary>
    internal bool TakesPoints(int node) => _points[node];

    internal bool IsAddressTaken(int node) => _callees[IndirectNode].Contains(node);

    internal List<int>? External(string symbol) => _external.GetValueOrDefault(symbol);

    /// <summary>The node of a function this module defines, static or not; null when it defines none of that
    /// name.</summary>
    internal int? Definition(string module, string name) =>
        _definitions.TryGetValue((module, name), out int node) ? node : null;

    /// <summary>
    /// The node a call binds to inside the module whatever the linker does: a static function, or an alias of one.
    /// Anything visible can be overridden by a strong definition elsewhere.
    /// </summary>
    internal int? Local(string module, string name)
    {
        if (_definitions.TryGetValue((module, name), out int node))
            return _functions[node]!.Local ? node : null;
        bool hidden = _aliases.TryGetValue((module, name), out string? target) && !_external.ContainsKey(name);
        return hidden && _definitions.TryGetValue((module, target!), out node) ? node : null;
    }

    internal (ulong Size, uint Alignment) CommonExtent(string symbol) => _commons.GetValueOrDefault(symbol);

    private void AddDefinitions(ModuleSummary module)
    {
        foreach (FunctionSummary function in module.Functions)
        {
            int node = _functions.Count;
            _functions.Add(function);
            _points.Add(module.Points);
            _callees.Add([]);
            _callers.Add([]);
            _callsRuntime.Add(false);
            _definitions[(module.Id, function.Name)] = node;
            if (!function.Local)
                AddExternal(function.Name, node);
        }
        HashSet<string> visible = [.. module.Defined.Select(d => d.Name)];
        foreach (AliasSummary alias in module.Aliases)
        {
            string target = alias.Target;
            for (int hops = 0; hops < module.Aliases.Count && !_definitions.ContainsKey((module.Id, target)); hops++)
                target = module.Aliases.FirstOrDefault(a => a.Name == target)?.Target ?? target;
            _aliases[(module.Id, alias.Name)] = target;
            if (visible.Contains(alias.Name) && _definitions.TryGetValue((module.Id, target), out int node))
                AddExternal(alias.Name, node);
        }
        foreach (DefinedSymbol symbol in module.Defined.Where(s => s.Kind == SymbolKind.Variable))
        {
            (ulong size, uint alignment) = _commons.GetValueOrDefault(symbol.Name);
            if (symbol.Common)
                _commons[symbol.Name] = (Math.Max(size, symbol.Size), Math.Max(alignment, symbol.Alignment));
        }
    }

    private void AddExternal(string name, int node)
    {
        if (!_external.TryGetValue(name, out List<int>? nodes))
            _external[name] = nodes = [];
        nodes.Add(node);
    }

    private void AddEdges(ModuleSummary module)
    {
        foreach (FunctionSummary function in module.Functions)
        {
            int caller = _definitions[(module.Id, function.Name)];
            foreach (string callee in function.Callees)
            {
                if (!AddEdges(caller, module, callee) && RuntimeFunctions.MayPark(callee))
                    _callsRuntime[caller] = true;
            }
            if (function.CallsIndirectly)
                AddEdge(caller, IndirectNode);
        }
        foreach (string symbol in module.AddressTaken)
        {
            if (!AddEdges(IndirectNode, module, symbol) && RuntimeFunctions.MayPark(symbol))
                _callsRuntime[IndirectNode] = true;
        }
    }

    private bool AddEdges(int caller, ModuleSummary module, string symbol)
    {
        if (Local(module.Id, symbol) is { } local)
        {
            AddEdge(caller, local);
            return true;
        }
        if (!_external.TryGetValue(symbol, out List<int>? nodes))
            return false;
        foreach (int node in nodes)
            AddEdge(caller, node);
        return true;
    }

    private void AddEdge(int caller, int callee)
    {
        _callees[caller].Add(callee);
        _callers[callee].Add(caller);
    }
}

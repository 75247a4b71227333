using System.Security.Cryptography;
using Popcorn.Core;

namespace Popcorn.Compiler;

/// <summary>
/// The whole program's call graph, closed: which functions can be on the stack of a parked thread, and which need a
/// point at their entry because recursion would otherwise run without one.
/// </summary>
public sealed class ParkAnalysis
{
    private readonly CallGraph _graph;
    private readonly bool[] _mayPark;
    private readonly bool[] _entryPoint;

    private ParkAnalysis(CallGraph graph, bool[] mayPark, bool[] entryPoint)
    {
        _graph = graph;
        _mayPark = mayPark;
        _entryPoint = entryPoint;
    }

    /// <summary>Whether a call through a pointer may park.</summary>
    public bool IndirectMayPark => _mayPark[CallGraph.IndirectNode];

    public static ParkAnalysis Solve(IReadOnlyList<ModuleSummary> program)
    {
        ArgumentNullException.ThrowIfNull(program);
        CallGraph graph = CallGraph.Build(program);
        bool[] entryPoint = RecursionCut.Choose(graph);
        bool[] mayPark = Close(graph, entryPoint);
        return new ParkAnalysis(graph, mayPark, entryPoint);
    }

    /// <summary>Whether a call to this symbol, seen by all modules, may park.</summary>
    public bool MayPark(string externalFunction)
    {
        List<int>? nodes = _graph.External(externalFunction);
        return nodes is null ? RuntimeFunctions.MayPark(externalFunction) : nodes.Exists(n => _mayPark[n]);
    }

    /// <summary>Whether a call from this module to this symbol, local or not, may park.</summary>
    public bool MayPark(ModuleSummary module, string function)
    {
        ArgumentNullException.ThrowIfNull(module);
        return _graph.Local(module.Id, function) is { } node ? _mayPark[node] : MayPark(function);
    }

    /// <summary>Whether this function, defined in this module, starts with a point.</summary>
    public bool NeedsEntryPoint(ModuleSummary module, string function)
    {
        ArgumentNullException.ThrowIfNull(module);
        return _graph.Definition(module.Id, function) is { } node && _entryPoint[node];
    }

    /// <summary>Size and alignment a common symbol gets: the largest in the program.</summary>
    public (ulong Size, uint Alignment) CommonExtent(string symbol) => _graph.CommonExtent(symbol);

    /// <summary>Everything outside the module that its code depends on; part of the key under which its objects are
    /// cached.</summary>
    public byte[] Fingerprint(ModuleSummary module)
    {
        ArgumentNullException.ThrowIfNull(module);
        FieldWriter writer = new();
        writer.U8(IndirectMayPark ? (byte)1 : (byte)0);
        foreach (FunctionSummary function in module.Functions)
        {
            bool parks = MayPark(module, function.Name);
            bool entry = NeedsEntryPoint(module, function.Name);
            writer.U8((byte)((parks ? 1 : 0) | (entry ? 2 : 0)));
            foreach (string callee in function.Callees)
                writer.U8(MayPark(module, callee) ? (byte)1 : (byte)0);
        }
        foreach (DefinedSymbol symbol in module.Defined.Where(s => s.Common))
        {
            (ulong size, uint alignment) = CommonExtent(symbol.Name);
            writer.U64(size);
            writer.U32(alignment);
        }
        return SHA256.HashData(writer.Written);
    }

    private static bool[] Close(CallGraph graph, bool[] entryPoint)
    {
        bool[] mayPark = new bool[graph.NodeCount];
        Stack<int> work = new();
        for (int node = 0; node < graph.NodeCount; node++)
        {
            if (graph.HasLoopPoint(node) || entryPoint[node] || graph.CallsParkingRuntime(node))
            {
                mayPark[node] = true;
                work.Push(node);
            }
        }
        while (work.TryPop(out int node))
        {
            foreach (int caller in graph.Callers(node))
            {
                if (mayPark[caller])
                    continue;
                mayPark[caller] = true;
                work.Push(caller);
            }
        }
        return mayPark;
    }
}

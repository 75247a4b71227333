using System.Numerics;
using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>
/// Which SSA values of a function are live after a given instruction. Computed once by backward data flow over bit
/// sets; invalid once the function changes.
/// </summary>
internal sealed class LiveValues
{
    private readonly FunctionGraph _graph;
    private readonly Dictionary<nint, int> _index = [];
    private readonly List<IrValue> _values = [];
    private readonly ulong[][] _liveOut;
    private readonly ulong[][] _liveIn;
    private readonly int _words;

    internal LiveValues(IrValue function)
    {
        _graph = new FunctionGraph(function);
        for (int i = 0; i < function.ParameterCount(); i++)
            Number(function.Parameter(i));
        foreach (IrBlock block in _graph.Blocks)
        {
            for (IrValue i = block.First; !i.IsNone; i = i.Next)
            {
                if (i.Type.IsStorable && i.Opcode != IrOpcode.Alloca)
                    Number(i);
            }
        }
        _words = (_values.Count + 63) / 64;
        _liveOut = new ulong[_graph.Blocks.Count][];
        _liveIn = new ulong[_graph.Blocks.Count][];
        Solve();
    }

    internal FunctionGraph Graph => _graph;

    internal IReadOnlyList<IrValue> Values => _values;

    /// <summary>For each of these instructions of one block, what is live right after it; its own result is not
    /// counted.</summary>
    internal Dictionary<IrValue, int[]> LiveAfter(IrBlock block, HashSet<IrValue> wanted)
    {
        Dictionary<IrValue, int[]> result = [];
        ulong[] live = (ulong[])_liveOut[_graph.IndexOf(block)].Clone();
        for (IrValue i = block.Terminator; !i.IsNone; i = i.Previous)
        {
            if (_index.TryGetValue(i.Handle, out int defined))
                live[defined >> 6] &= ~(1ul << (defined & 63));
            if (wanted.Contains(i))
                result.Add(i, Members(live));
            if (i.Opcode != IrOpcode.Phi)
                AddUses(i, live, except: null);
        }
        return result;
    }

    /// <summary>Null for what has no number: constants, allocas, and values of no function.</summary>
    internal int? IndexOf(IrValue value) => _index.TryGetValue(value.Handle, out int index) ? index : null;

    /// <summary>Whether the value is live where the block starts; what only its phis take counts for the blocks it
    /// comes from.</summary>
    internal bool IsLiveIn(int block, int value) => (_liveIn[block][value >> 6] >> (value & 63) & 1) != 0;

    /// <summary>What is live where a value comes into being, as a bit set by index; without itself, and of the block's
    /// phis, which come into being together with it, only those before it.</summary>
    internal ulong[] LiveAtDefinition(int value)
    {
        IrValue definition = _values[value];
        IrBlock block = definition.IsArgument ? _graph.Blocks[0] : definition.Block;
        ulong[] live = (ulong[])_liveOut[_graph.IndexOf(block)].Clone();
        for (IrValue i = block.Terminator; !i.IsNone; i = i.Previous)
        {
            if (_index.TryGetValue(i.Handle, out int defined))
                live[defined >> 6] &= ~(1ul << (defined & 63));
            if (i == definition)
                return live;
            if (i.Opcode != IrOpcode.Phi)
                AddUses(i, live, except: null);
        }
        live[value >> 6] &= ~(1ul << (value & 63));
        return live;
    }

    private void Number(IrValue value)
    {
        _index.Add(value.Handle, _values.Count);
        _values.Add(value);
    }

    private void Solve()
    {
        int count = _graph.Blocks.Count;
        ulong[][] definitions = new ulong[count][], phiUses = new ulong[count][];
        for (int b = 0; b < count; b++)
        {
            _liveIn[b] = new ulong[_words];
            definitions[b] = new ulong[_words];
            phiUses[b] = new ulong[_words];
            _liveOut[b] = new ulong[_words];
        }
        for (int b = 0; b < count; b++)
            Scan(b, _liveIn[b], definitions[b], phiUses);
        bool changed = true;
        while (changed)
        {
            changed = false;
            foreach (int b in _graph.PostOrder)
            {
                ulong[] liveOut = _liveOut[b], liveIn = _liveIn[b];
                for (int w = 0; w < _words; w++)
                {
                    ulong bits = phiUses[b][w];
                    foreach (int s in _graph.Successors[b])
                        bits |= _liveIn[s][w];
                    changed |= bits != liveOut[w];
                    liveOut[w] = bits;
                    liveIn[w] |= bits & ~definitions[b][w];
                }
            }
        }
    }

    private void Scan(int block, ulong[] uses, ulong[] definitions, ulong[][] phiUses)
    {
        for (IrValue i = _graph.Blocks[block].First; !i.IsNone; i = i.Next)
        {
            if (i.Opcode == IrOpcode.Phi)
            {
                for (int k = 0; k < i.IncomingCount(); k++)
                    Add(i.IncomingValue(k), phiUses[_graph.IndexOf(i.IncomingBlock(k))], except: null);
            }
            else
            {
                AddUses(i, uses, definitions);
            }
            if (_index.TryGetValue(i.Handle, out int defined))
                definitions[defined >> 6] |= 1ul << (defined & 63);
        }
    }

    private void AddUses(IrValue user, ulong[] set, ulong[]? except)
    {
        int count = user.OperandCount;
        for (int k = 0; k < count; k++)
            Add(user.Operand(k), set, except);
    }

    private void Add(IrValue value, ulong[] set, ulong[]? except)
    {
        if (!_index.TryGetValue(value.Handle, out int index))
            return;
        ulong bit = 1ul << (index & 63);
        if (except is null || (except[index >> 6] & bit) == 0)
            set[index >> 6] |= bit;
    }

    private static int[] Members(ulong[] set)
    {
        List<int> members = [];
        for (int w = 0; w < set.Length; w++)
        {
            for (ulong bits = set[w]; bits != 0; bits &= bits - 1)
                members.Add((w << 6) + BitOperations.TrailingZeroCount(bits));
        }
        return [.. members];
    }
}

using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>
/// Gives a value further definitions, at the end of some blocks, and brings the function back into SSA form: each use
/// gets the definition that reaches it, and where several meet and the value is live, a phi is made. (LLVM's own
/// mem2reg would do it for allocas, but for all of them, the user's at -O0 too.)
/// </summary>
internal sealed class MergeDefinitions
{
    private readonly IrModule _module;
    private readonly LiveValues _live;
    private readonly IrValue _value;
    private readonly int _index;
    private readonly IReadOnlyDictionary<IrBlock, IrValue> _redefinitions;

    // By block: what reaches its start and its end; none where nothing does, or not yet.
    private readonly IrValue[] _in;
    private readonly IrValue[] _out;
    private readonly Dictionary<int, IrValue> _phis = [];

    /// <param name="module">The module.</param>
    /// <param name="live">Liveness of the function before any further definition was made.</param>
    /// <param name="value">The value.</param>
    /// <param name="redefinitions">What holds it from the end of a block on; behind the redefinition the block does not
    /// use it.</param>
    internal MergeDefinitions(
        IrModule module, LiveValues live, IrValue value, IReadOnlyDictionary<IrBlock, IrValue> redefinitions)
    {
        _module = module;
        _live = live;
        _value = value;
        _index = live.IndexOf(value)!.Value;
        _redefinitions = redefinitions;
        _in = new IrValue[live.Graph.Blocks.Count];
        _out = new IrValue[live.Graph.Blocks.Count];
    }

    private FunctionGraph Graph => _live.Graph;

    internal void Run()
    {
        HashSet<IrValue> users = _value.DistinctUsers();
        int home = _value.IsArgument ? 0 : Graph.IndexOf(_value.Block);
        _out[home] = _value;
        foreach ((IrBlock block, IrValue redefinition) in _redefinitions)
            _out[Graph.IndexOf(block)] = redefinition;
        Spread(home);
        foreach ((int block, IrValue phi) in _phis)
            Fill(block, phi);
        foreach (IrValue user in users)
            Redirect(user, home);
    }

    /// <summary>Until nothing changes: a block starts with what all its predecessors end with, or with a phi.</summary>
    private void Spread(int home)
    {
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int i = Graph.PostOrder.Length - 1; i >= 0; i--)
            {
                int block = Graph.PostOrder[i];
                if (block == home || !_live.IsLiveIn(block, _index))
                    continue;
                IrValue reaching = Reaching(block);
                if (reaching == _in[block])
                    continue;
                changed = true;
                _in[block] = reaching;
                if (!_redefinitions.ContainsKey(Graph.Blocks[block]))
                    _out[block] = reaching;
            }
        }
    }

    private IrValue Reaching(int block)
    {
        if (_phis.TryGetValue(block, out IrValue phi))
            return phi;
        IrValue reaching = default;
        foreach (int predecessor in Graph.Predecessors[block])
        {
            IrValue from = _out[predecessor];
            if (from.IsNone || from == reaching)
                continue;
            if (!reaching.IsNone)
                return MakePhi(block);
            reaching = from;
        }
        return reaching;
    }

    private IrValue MakePhi(int block)
    {
        using IrBuilder builder = new(_module);
        IrValue phi = builder.Before(Graph.Blocks[block].First).Phi(_value.Type);
        phi.Name = _value.Name;
        _phis.Add(block, phi);
        return phi;
    }

    private void Fill(int block, IrValue phi)
    {
        IrBlock target = Graph.Blocks[block];
        foreach (int predecessor in Graph.Predecessors[block])
        {
            IrBlock source = Graph.Blocks[predecessor];
            IrValue from = _out[predecessor].IsNone ? _value.Type.Poison() : _out[predecessor];
            // One entry for each edge: a switch may have several to one block.
            for (int edges = source.Successors().Count(s => s == target); edges > 0; edges--)
                phi.AddIncoming(from, source);
        }
    }

    private void Redirect(IrValue user, int home)
    {
        if (user.Opcode == IrOpcode.Phi)
        {
            for (int i = 0; i < user.IncomingCount(); i++)
            {
                if (user.IncomingValue(i) == _value)
                    user.SetIncomingValue(i, EndOf(Graph.IndexOf(user.IncomingBlock(i))));
            }
            return;
        }
        int block = Graph.IndexOf(user.Block);
        if (block == home || _in[block].IsNone)
            return;
        for (int i = 0; i < user.OperandCount; i++)
        {
            if (user.Operand(i) == _value)
                user.SetOperand(i, _in[block]);
        }
    }

    private IrValue EndOf(int block) => _out[block].IsNone ? _value : _out[block];
}

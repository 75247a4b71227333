using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>The control-flow graph of one function at one moment: invalid once a pass changes blocks.</summary>
internal sealed class FunctionGraph
{
    private readonly Dictionary<nint, int> _index = [];

    internal FunctionGraph(IrValue function)
    {
        Blocks = function.Blocks();
        for (int i = 0; i < Blocks.Count; i++)
            _index.Add(Blocks[i].Handle, i);
        Successors = new int[Blocks.Count][];
        List<int>[] predecessors = new List<int>[Blocks.Count];
        for (int i = 0; i < Blocks.Count; i++)
            predecessors[i] = [];
        for (int i = 0; i < Blocks.Count; i++)
        {
            Successors[i] = [.. Blocks[i].Successors().Select(b => _index[b.Handle]).Distinct()];
            foreach (int successor in Successors[i])
                predecessors[successor].Add(i);
        }
        Predecessors = [.. predecessors.Select(p => p.ToArray())];
        (PostOrder, BackEdgeTargets) = Walk();
    }

    internal List<IrBlock> Blocks { get; }

    /// <summary>Each successor once, whatever the number of edges.</summary>
    internal int[][] Successors { get; }

    internal int[][] Predecessors { get; }

    /// <summary>Reachable blocks, successors first where possible.</summary>
    internal int[] PostOrder { get; }

    /// <summary>
    /// Targets of depth-first back edges: every cycle goes through one, in irreducible flow too, where dominators would find no
    /// loop.
    /// </summary>
    internal HashSet<int> BackEdgeTargets { get; }

    internal int IndexOf(IrBlock block) => _index[block.Handle];

    private (int[] PostOrder, HashSet<int> BackEdgeTargets) Walk()
    {
        const byte unseen = 0, onStack = 1, done = 2;
        byte[] state = new byte[Blocks.Count];
        List<int> order = [];
        HashSet<int> targets = [];
        Stack<(int Block, int Next)> stack = new();
        stack.Push((0, 0));
        state[0] = onStack;
        while (stack.Count != 0)
        {
            (int block, int next) = stack.Pop();
            if (next == Successors[block].Length)
            {
                state[block] = done;
                order.Add(block);
                continue;
            }
            stack.Push((block, next + 1));
            int successor = Successors[block][next];
            if (state[successor] == onStack)
                targets.Add(successor);
            if (state[successor] != unseen)
                continue;
            state[successor] = onStack;
            stack.Push((successor, 0));
        }
        return ([.. order], targets);
    }
}

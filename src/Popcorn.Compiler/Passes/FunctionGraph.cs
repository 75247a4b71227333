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
        Position = new int[Blocks.Count];
        Array.Fill(Position, -1);
        for (int i = 0; i < PostOrder.Length; i++)
            Position[PostOrder[i]] = i;
    }

    internal List<IrBlock> Blocks { get; }

    /// <summary>Each successor once, whatever the number of edges.</summary>
    internal int[][] Successors { get; }

    internal int[][] Predecessors { get; }

    /// <summary>Reachable blocks, successors first where possible.</summary>
    internal int[] PostOrder { get; }

    /// <summary>Where each block is in <see cref="PostOrder"/>; -1 for those that cannot be reached.</summary>
    internal int[] Position { get; }

    /// <summary>
    /// Targets of depth-first back edges: every cycle goes through one, in irreducible flow too, where dominators would
    /// find no loop.
    /// </summary>
    internal HashSet<int> BackEdgeTargets { get; }

    internal int IndexOf(IrBlock block) => _index[block.Handle];

    /// <summary>Whether this edge closes a cycle of the depth-first walk: in post order the source of a back edge comes
    /// before the header it goes back to.</summary>
    internal bool IsBackEdge(int from, int header) => Position[from] >= 0 && Position[from] <= Position[header];

    /// <summary>
    /// A guess of how often each block runs per call: ten times its surroundings for each loop around it, next to never
    /// where a migration point parks.
    /// </summary>
    internal double[] Frequencies()
    {
        const double perLoop = 10, cold = 0.001;
        const int depthMax = 6;
        int[] depth = LoopDepths();
        double[] frequency = new double[Blocks.Count];
        for (int b = 0; b < frequency.Length; b++)
        {
            frequency[b] = Math.Pow(perLoop, Math.Min(depth[b], depthMax));
            if (StartsWithPark(Blocks[b]))
                frequency[b] *= cold;
        }
        return frequency;
    }

    /// <summary>How many loops a block is in.</summary>
    internal int[] LoopDepths()
    {
        int[] depth = new int[Blocks.Count];
        foreach (HashSet<int> body in Loops().Values)
        {
            foreach (int block in body)
                depth[block]++;
        }
        return depth;
    }

    /// <summary>
    /// The blocks of each loop, by its header: what reaches one of the header's back edges without passing the header.
    /// </summary>
    internal Dictionary<int, HashSet<int>> Loops()
    {
        Dictionary<int, HashSet<int>> loops = [];
        foreach (int header in BackEdgeTargets)
        {
            HashSet<int> body = [header];
            Stack<int> work = new(Predecessors[header].Where(p => IsBackEdge(p, header)));
            while (work.TryPop(out int block))
            {
                if (!body.Add(block))
                    continue;
                foreach (int predecessor in Predecessors[block])
                {
                    if (Position[predecessor] >= 0 && Position[predecessor] < Position[header])
                        work.Push(predecessor);
                }
            }
            loops.Add(header, body);
        }
        return loops;
    }

    private static bool StartsWithPark(IrBlock block) =>
        block.First is { IsNone: false } call && Calls.IsPoint(call);

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

namespace Popcorn.Compiler;

/// <summary>
/// Chooses functions that start with a point so that no recursion runs without one. A cycle through a pointer call is
/// cut at the functions whose address is taken, any other at the targets of depth-first back edges. Functions that poll
/// before they call anything cut for free; choices that turn out to be redundant are dropped.
/// </summary>
internal static class RecursionCut
{
    internal static bool[] Choose(CallGraph graph)
    {
        bool[] polls = new bool[graph.NodeCount];
        for (int node = 0; node < polls.Length; node++)
            polls[node] = graph.PollsBeforeCalls(node);
        bool[] chosen = new bool[graph.NodeCount];
        int[] component = Components(graph, polls);
        for (int node = 1; node < graph.NodeCount; node++)
        {
            chosen[node] = component[node] >= 0 && component[node] == component[CallGraph.IndirectNode]
                && graph.IsAddressTaken(node) && graph.TakesPoints(node);
        }
        CutRest(graph, chosen, polls);
        DropRedundant(graph, chosen, polls);
        return chosen;
    }

    /// <summary>A choice goes when every recursion through it is cut elsewhere.</summary>
    private static void DropRedundant(CallGraph graph, bool[] chosen, bool[] polls)
    {
        for (int node = graph.NodeCount - 1; node > 0; node--)
        {
            if (!chosen[node])
                continue;
            chosen[node] = false;
            chosen[node] = RecursesUncut(graph, node, chosen, polls);
        }
    }

    private static bool RecursesUncut(CallGraph graph, int start, bool[] chosen, bool[] polls)
    {
        bool[] seen = new bool[graph.NodeCount];
        Stack<int> work = new([start]);
        while (work.TryPop(out int node))
        {
            foreach (int next in graph.Callees(node))
            {
                if (next == start)
                    return true;
                if (seen[next] || chosen[next] || polls[next])
                    continue;
                seen[next] = true;
                work.Push(next);
            }
        }
        return false;
    }

    private static void CutRest(CallGraph graph, bool[] chosen, bool[] polls)
    {
        const byte unseen = 0, onStack = 1, done = 2;
        byte[] state = new byte[graph.NodeCount];
        bool[] cut = new bool[graph.NodeCount];
        for (int node = 0; node < cut.Length; node++)
            cut[node] = chosen[node] || polls[node];
        for (int root = 1; root < graph.NodeCount; root++)
        {
            if (state[root] != unseen || cut[root])
                continue;
            Stack<(int Node, IEnumerator<int> Callees)> stack = new();
            state[root] = onStack;
            stack.Push((root, graph.Callees(root).GetEnumerator()));
            while (stack.TryPeek(out (int Node, IEnumerator<int> Callees) top))
            {
                if (!top.Callees.MoveNext())
                {
                    state[top.Node] = done;
                    stack.Pop();
                    continue;
                }
                int next = top.Callees.Current;
                if (next == CallGraph.IndirectNode || cut[next])
                    continue;
                if (state[next] == onStack && graph.TakesPoints(next))
                    chosen[next] = true;
                if (state[next] != unseen)
                    continue;
                state[next] = onStack;
                stack.Push((next, graph.Callees(next).GetEnumerator()));
            }
        }
    }

    /// <summary>Strongly connected components (Tarjan, without recursion).</summary>
    private static int[] Components(CallGraph graph, bool[] without)
    {
        int count = graph.NodeCount;
        int[] index = new int[count], low = new int[count], component = new int[count];
        Array.Fill(component, -1);
        bool[] onPath = new bool[count];
        Stack<int> path = new();
        int nextIndex = 1, components = 0;
        for (int root = 0; root < count; root++)
        {
            if (index[root] != 0 || without[root])
                continue;
            Stack<(int Node, IEnumerator<int> Callees)> stack = new();
            Enter(root);
            while (stack.TryPeek(out (int Node, IEnumerator<int> Callees) top))
            {
                if (top.Callees.MoveNext())
                {
                    int next = top.Callees.Current;
                    if (without[next])
                        continue;
                    if (index[next] == 0)
                        Enter(next);
                    else if (onPath[next])
                        low[top.Node] = Math.Min(low[top.Node], index[next]);
                    continue;
                }
                stack.Pop();
                if (stack.TryPeek(out (int Node, IEnumerator<int> Callees) parent))
                    low[parent.Node] = Math.Min(low[parent.Node], low[top.Node]);
                if (low[top.Node] != index[top.Node])
                    continue;
                int member;
                do
                {
                    member = path.Pop();
                    onPath[member] = false;
                    component[member] = components;
                }
                while (member != top.Node);
                components++;
            }

            void Enter(int node)
            {
                index[node] = low[node] = nextIndex++;
                path.Push(node);
                onPath[node] = true;
                stack.Push((node, graph.Callees(node).GetEnumerator()));
            }
        }
        return component;
    }
}

using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>
/// Where a function gets migration points apart from its entry. Depends on nothing but the portable IR of that
/// function, since the module's summary and its code generation must answer alike.
/// </summary>
/// <param name="Headers">
/// Blocks that start with a point. Every cycle of the function passes one of them, but for counted loops of few,
/// call-free rounds; and none could be left out.
/// </param>
/// <param name="PollsBeforeCalls">No call can be reached from the entry without passing one: recursion needs no further
/// point.</param>
internal sealed record PointPlan(IReadOnlyList<IrBlock> Headers, bool PollsBeforeCalls)
{
    internal static PointPlan For(IrValue function)
    {
        FunctionGraph graph = new(function);
        HashSet<(int From, int To)> bounded = [];
        SortedSet<int> points = [];
        foreach (int header in graph.BackEdgeTargets)
        {
            if (CountedLoop.IsShort(graph, header, out int latch))
                bounded.Add((latch, header));
            else
                points.Add(header);
        }
        // Outer loops first: one whose every round passes an inner loop's point needs none itself.
        int[] position = new int[graph.Blocks.Count];
        for (int i = 0; i < graph.PostOrder.Length; i++)
            position[graph.PostOrder[i]] = i;
        foreach (int header in points.OrderByDescending(h => position[h]).ToList())
        {
            points.Remove(header);
            if (Reaches(graph, header, header, points, bounded))
                points.Add(header);
        }
        bool polls = points.Count != 0 && !CallsBeforePoint(graph, points);
        return new PointPlan([.. points.Select(h => graph.Blocks[h])], polls);
    }

    /// <summary>Whether a path of at least one edge leads there without entering a block of
    /// <paramref name="points"/>.</summary>
    private static bool Reaches(
        FunctionGraph graph, int from, int to, SortedSet<int> points, HashSet<(int From, int To)> bounded)
    {
        bool[] seen = new bool[graph.Blocks.Count];
        Stack<int> work = new([from]);
        while (work.TryPop(out int block))
        {
            foreach (int next in graph.Successors[block])
            {
                if (bounded.Contains((block, next)))
                    continue;
                if (next == to)
                    return true;
                if (seen[next] || points.Contains(next))
                    continue;
                seen[next] = true;
                work.Push(next);
            }
        }
        return false;
    }

    private static bool CallsBeforePoint(FunctionGraph graph, SortedSet<int> points)
    {
        bool[] seen = new bool[graph.Blocks.Count];
        Stack<int> work = new([0]);
        seen[0] = true;
        while (work.TryPop(out int block))
        {
            if (points.Contains(block))
                continue;
            for (IrValue i = graph.Blocks[block].First; !i.IsNone; i = i.Next)
            {
                if (i.Opcode == IrOpcode.Call && !i.IsInlineAsm() && !Calls.IsIntrinsic(i))
                    return true;
            }
            foreach (int next in graph.Successors[block])
            {
                if (seen[next])
                    continue;
                seen[next] = true;
                work.Push(next);
            }
        }
        return false;
    }
}

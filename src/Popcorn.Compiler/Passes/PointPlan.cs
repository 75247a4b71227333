using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>A counted loop that, when it runs long, runs in chunks of rounds with a point between two chunks.</summary>
internal sealed record ChunkedLoop(IrBlock Header, IReadOnlyList<IrBlock> Body, long Rounds);

/// <summary>
/// Where a function gets migration points apart from its entry. Depends on nothing but the portable IR of that
/// function, since the module's summary and its code generation must answer alike.
/// </summary>
/// <param name="Headers">Blocks that start with a point.</param>
/// <param name="Chunked">Loops that pass a point once in so many rounds. Every cycle of the function passes a point at
/// the latest after <see cref="UnpolledMax"/> instructions or so, but for counted loops that are over before.</param>
/// <param name="PollsBeforeCalls">No call can be reached from the entry without passing one: recursion needs no further
/// point.</param>
internal sealed record PointPlan(
    IReadOnlyList<IrBlock> Headers, IReadOnlyList<ChunkedLoop> Chunked, bool PollsBeforeCalls)
{
    internal bool HasLoopPoint => Headers.Count + Chunked.Count != 0;

    // Instructions between two points. An innermost loop may run for some microseconds, or 0.1 ms when it misses the
    // cache all the time; each loop around it may run eight times as long, up to a limit that is about 0.1 ms of
    // ordinary code.
    private const long InnermostMax = 4096;
    private const long PerLevel = 8;
    private const long UnpolledMax = 1 << 18;

    // A loop this long per round hardly feels a point; a shorter one is there twice when it is chunked.
    private const long ChunkedRoundMax = 100;

    // What a chunk may add to a counter of 32 bits.
    private const long ChunkDistanceMax = 1 << 30;

    // What a call counts as: callees with long loops have points of their own.
    private const long CallCost = 512;

    internal static PointPlan For(IrModule module, IrValue function)
    {
        FunctionGraph graph = new(function);
        Planner planner = new(module, graph);
        planner.ChooseChunks();
        planner.ChooseHeaders();
        bool polls = planner.Points.Count != 0 && !planner.CallsBeforePoint();
        return new PointPlan(
            [.. planner.Points.Select(h => graph.Blocks[h])],
            [.. planner.Chunks.Where(c => planner.RunsWithoutPoint(c.Key))
                .Select(c => new ChunkedLoop(graph.Blocks[c.Key], planner.Body(c.Key), c.Value))],
            polls);
    }

    private sealed class Planner(IrModule module, FunctionGraph graph)
    {
        private readonly ValueRanges _ranges = new(module);
        private readonly Dictionary<int, HashSet<int>> _loops = graph.Loops();

        // Back edges that are taken a bounded number of times without passing a point.
        private readonly HashSet<(int From, int To)> _bounded = [];

        // By header: instructions one visit of the loop can take without passing a point, and how deep loops nest in
        // it.
        private readonly Dictionary<int, (long Cost, long Limit)> _visits = [];

        /// <summary>Headers of the loops every round of which passes a point.</summary>
        internal SortedSet<int> Points { get; } = [];

        /// <summary>Rounds of a chunk, by the loop's header.</summary>
        internal SortedDictionary<int, long> Chunks { get; } = [];

        /// <summary>Inner loops first: their costs are part of the outer ones'.</summary>
        internal void ChooseChunks()
        {
            foreach ((int header, HashSet<int> body) in _loops.OrderBy(l => l.Value.Count).ThenBy(l => l.Key))
            {
                (long round, long limit) = RoundOf(header, body);
                _visits[header] = (round, limit);
                CountedLoop? loop = CountedLoop.Match(module, graph.Blocks[header]);
                if (loop is null || !IsInvariant(loop.Bound, body))
                {
                    Points.Add(header);
                    continue;
                }
                int latch = graph.IndexOf(loop.Latch);
                long? rounds = loop.RoundsMax(_ranges);
                if (rounds <= limit / round)
                {
                    _bounded.Add((latch, header));
                    _visits[header] = (rounds.Value * round, limit);
                }
                else if (loop.MeetsBound && round <= ChunkedRoundMax && limit == InnermostMax && IsClosed(body))
                {
                    _bounded.Add((latch, header));
                    Chunks.Add(header, Math.Min(limit / round, ChunkDistanceMax / Math.Abs(loop.Step)));
                    _visits[header] = (limit, limit);
                }
                else
                {
                    Points.Add(header);
                }
            }
        }

        internal List<IrBlock> Body(int header) => [.. _loops[header].Order().Select(b => graph.Blocks[b])];

        /// <summary>Whether the loop can be there twice: what it computes is used outside by phis of its exits
        /// only.</summary>
        private bool IsClosed(HashSet<int> body)
        {
            foreach (int block in body)
            {
                for (IrValue i = graph.Blocks[block].First; !i.IsNone; i = i.Next)
                {
                    if (i.DistinctUsers().Any(u => !body.Contains(graph.IndexOf(u.Block)) && !IsExitPhi(u, body)))
                        return false;
                }
            }
            return true;
        }

        private bool IsExitPhi(IrValue user, HashSet<int> body) =>
            user.Opcode == IrOpcode.Phi && graph.Predecessors[graph.IndexOf(user.Block)].All(body.Contains);

        /// <summary>Outer loops first: one whose every round passes an inner loop's point needs none itself.</summary>
        internal void ChooseHeaders()
        {
            int[] position = new int[graph.Blocks.Count];
            for (int i = 0; i < graph.PostOrder.Length; i++)
                position[graph.PostOrder[i]] = i;
            foreach (int header in Points.OrderByDescending(h => position[h]).ToList())
            {
                Points.Remove(header);
                if (Reaches(header, _bounded))
                    Points.Add(header);
            }
        }

        /// <summary>A chunked loop all rounds of which pass a point anyway need not be chunked.</summary>
        internal bool RunsWithoutPoint(int header) => Reaches(header, []);

        /// <summary>Instructions of one round at most, without points, and what a loop of such rounds may
        /// take.</summary>
        private (long Cost, long Limit) RoundOf(int header, HashSet<int> body)
        {
            long cost = 0, limit = InnermostMax;
            HashSet<int> inner = [];
            foreach ((int nested, (long visit, long nestedLimit)) in _visits)
            {
                if (!body.Contains(nested) || nested == header)
                    continue;
                inner.UnionWith(_loops[nested]);
                // Of loops within loops only the outermost counts; the others are part of its visit.
                bool outermost = !_visits.Keys.Any(
                    o => o != nested && o != header && body.Contains(o) && _loops[o].Contains(nested));
                cost += outermost ? visit : 0;
                limit = Math.Max(limit, Math.Min(UnpolledMax, nestedLimit * PerLevel));
            }
            foreach (int block in body.Where(b => !inner.Contains(b)))
                cost += CostOf(graph.Blocks[block]);
            return (Math.Max(1, cost), limit);
        }

        private static long CostOf(IrBlock block)
        {
            long cost = 0;
            for (IrValue i = block.First; !i.IsNone; i = i.Next)
            {
                if (i.Opcode != IrOpcode.Call)
                    cost += i.Opcode == IrOpcode.Phi ? 0 : 1;
                else if (!Calls.IsDebug(i))
                    cost += Calls.IsIntrinsic(i) || i.IsInlineAsm() ? 1 : CallCost;
            }
            return cost;
        }

        private bool IsInvariant(IrValue bound, HashSet<int> body) =>
            !bound.IsInstruction || !body.Contains(graph.IndexOf(bound.Block));

        /// <summary>Whether a path of at least one edge leads back there without entering a block that starts with a
        /// point.</summary>
        private bool Reaches(int header, HashSet<(int From, int To)> without)
        {
            bool[] seen = new bool[graph.Blocks.Count];
            Stack<int> work = new([header]);
            while (work.TryPop(out int block))
            {
                foreach (int next in graph.Successors[block])
                {
                    if (without.Contains((block, next)))
                        continue;
                    if (next == header)
                        return true;
                    if (seen[next] || Points.Contains(next))
                        continue;
                    seen[next] = true;
                    work.Push(next);
                }
            }
            return false;
        }

        internal bool CallsBeforePoint()
        {
            bool[] seen = new bool[graph.Blocks.Count];
            Stack<int> work = new([0]);
            seen[0] = true;
            while (work.TryPop(out int block))
            {
                if (Points.Contains(block))
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
}

using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>A counted loop that, when it runs long, runs in chunks of rounds with a point between two chunks.</summary>
internal sealed record ChunkedLoop(IrBlock Header, IReadOnlyList<IrBlock> Body, long Rounds);

/// <summary>A loop with a point in every round.</summary>
/// <param name="Header">The block all rounds start in.</param>
/// <param name="Latch">The only block rounds end in; none when there are several.</param>
/// <param name="Round">Instructions of a round, calls and inner loops included, as <see cref="PointPlan"/> guesses
/// them.</param>
/// <param name="IsInnermost">No loop is in it.</param>
internal sealed record PolledLoop(IrBlock Header, IrBlock Latch, long Round, bool IsInnermost)
{
    /// <summary>
    /// The point is at the end of the round and not at its start: a loop that is left in its first round passes none.
    /// With calls in the round that is nothing saved, and a point ahead of the calls can spare the function one at its
    /// entry.
    /// </summary>
    internal bool PollsAtEnd => !Latch.IsNone && Round < PointPlan.CallCost;
}

/// <summary>
/// Where a function gets migration points apart from its entry. Depends on nothing but the portable IR of that
/// function, since the module's summary and its code generation must answer alike.
/// </summary>
/// <param name="Polled">Loops with a point in every round.</param>
/// <param name="Chunked">Loops that pass a point once in so many rounds. Every cycle of the function passes a point at
/// the latest after <see cref="UnpolledMax"/> instructions or so, but for counted loops that are over before.</param>
/// <param name="PollsBeforeCalls">No call can be reached from the entry without passing one: recursion needs no further
/// point.</param>
internal sealed record PointPlan(
    IReadOnlyList<PolledLoop> Polled, IReadOnlyList<ChunkedLoop> Chunked, bool PollsBeforeCalls)
{
    internal bool HasLoopPoint => Polled.Count + Chunked.Count != 0;

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
    internal const long CallCost = 512;

    internal static PointPlan For(IrModule module, IrValue function)
    {
        FunctionGraph graph = new(function);
        Planner planner = new(module, graph);
        planner.ChooseChunks();
        planner.ChooseHeaders();
        bool polls = planner.Points.Count != 0 && !planner.CallsBeforePoint();
        return new PointPlan(
            [.. planner.Points.Select(planner.Polled)],
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

        // By header: all loops that get a point unless they turn out to pass another one anyway.
        private readonly Dictionary<int, PolledLoop> _polled = [];

        // By block: the header of the loop whose point the block ends with.
        private readonly Dictionary<int, int> _ends = [];

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
                    AddPoint(header);
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
                    AddPoint(header);
                }
            }
        }

        internal PolledLoop Polled(int header) => _polled[header];

        private void AddPoint(int header)
        {
            int latch = LatchOf(header);
            bool innermost = !_loops.Keys.Any(other => other != header && _loops[header].Contains(other));
            PolledLoop loop = new(
                graph.Blocks[header], latch < 0 ? default : graph.Blocks[latch], _visits[header].Cost, innermost);
            _polled.Add(header, loop);
            Points.Add(header);
            if (loop.PollsAtEnd)
                _ends.Add(latch, header);
        }

        /// <summary>The source of all back edges to the header; -1 when there are several, or it is the end of another
        /// loop's rounds as well.</summary>
        private int LatchOf(int header)
        {
            int[] sources = [.. graph.Predecessors[header].Where(p => graph.IsBackEdge(p, header))];
            return sources.Length == 1 && !_ends.ContainsKey(sources[0]) ? sources[0] : -1;
        }

        /// <summary>Whether the block starts with a point.</summary>
        private bool StartsWithPoint(int block) => Points.Contains(block) && !_polled[block].PollsAtEnd;

        private bool EndsWithPoint(int block) => _ends.TryGetValue(block, out int header) && Points.Contains(header);

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
            foreach (int header in Points.OrderByDescending(h => graph.Position[h]).ToList())
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

        /// <summary>Whether a path of at least one edge leads back there without passing a point.</summary>
        private bool Reaches(int header, HashSet<(int From, int To)> without)
        {
            bool[] seen = new bool[graph.Blocks.Count];
            Stack<int> work = new([header]);
            while (work.TryPop(out int block))
            {
                if (EndsWithPoint(block))
                    continue;
                foreach (int next in graph.Successors[block])
                {
                    if (without.Contains((block, next)))
                        continue;
                    if (next == header)
                        return true;
                    if (seen[next] || StartsWithPoint(next))
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
                if (StartsWithPoint(block))
                    continue;
                for (IrValue i = graph.Blocks[block].First; !i.IsNone; i = i.Next)
                {
                    if (i.Opcode == IrOpcode.Call && !i.IsInlineAsm() && !Calls.IsIntrinsic(i))
                        return true;
                }
                if (EndsWithPoint(block))
                    continue;
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

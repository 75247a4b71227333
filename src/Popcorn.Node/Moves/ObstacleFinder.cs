using System.Diagnostics;
using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Node.Processes;
using Popcorn.Node.Programs;
using Popcorn.Wire.Control;

namespace Popcorn.Node.Moves;

/// <summary>
/// What stands in the way of a move, found from outside while the program runs undisturbed. Each obstacle is a sentence
/// for the user. An empty list is no promise: the program goes on and may change.
/// </summary>
public static class ObstacleFinder
{
    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// How long obstacles may take to pass. A process that is just being forked, or executes another of our programs,
    /// is nobody for a moment, and one that ends is nobody soon; a transaction's locks are released.
    /// </summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(1);

    /// <summary>Looks again as long as what is found may pass, each by itself: one that was not there at some look is
    /// in nobody's way.</summary>
    public static IReadOnlyList<string> FindPatiently(
        ProcessTree tree, Func<IReadOnlyList<TreeNode>, IReadOnlyList<Obstacle>> find)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(find);
        long start = Stopwatch.GetTimestamp();
        HashSet<Obstacle>? staying = null;
        while (true)
        {
            uint seen = tree.Unit.Events;
            IReadOnlyList<Obstacle> obstacles = find(tree.Read());
            // What is parked already keeps what passes until it goes on, which is for whoever parks it to see to.
            if (tree.Unit.IsParkingRequested)
                return Obstacle.Sentences(obstacles.Where(o => !o.Passes));
            staying ??= [.. obstacles.Where(o => o.Passes)];
            staying.IntersectWith(obstacles);
            if (staying.Count == 0 || Stopwatch.GetElapsedTime(start) >= Patience)
                return Obstacle.Sentences(obstacles.Where(o => !o.Passes || staying.Contains(o)));
            tree.Unit.WaitEvent(seen, s_betweenLooks);
        }
    }

    /// <summary>Those of a whole unit, which moves as one.</summary>
    public static IReadOnlyList<Obstacle> Find(IReadOnlyList<TreeNode> tree, Isa target)
    {
        ArgumentNullException.ThrowIfNull(tree);
        List<Obstacle> obstacles = [];
        if (!IsaHost.TryFind(target, out _))
            obstacles.Add(IsaHost.MissingEmulator(target));
        IEnumerable<ProgramFiles> programs =
            TreeNode.Members(tree).Select(n => n.Process!.Program).Distinct();
        foreach (ProgramFiles program in programs)
            FindInProgram(program, target, obstacles);
        obstacles.AddRange(FindInTree(tree, ProcessObstacles.FindExclusiveLocks));
        return obstacles;
    }

    /// <summary>Those that keep a whole unit from being saved, but for what its descriptors mean.</summary>
    public static IReadOnlyList<Obstacle> FindForCheckpoint(IReadOnlyList<TreeNode> tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        return FindInTree(tree, findOwn: null);
    }

    /// <param name="findOwn">Finds what a live move cannot take of a process; null for a checkpoint.</param>
    private static List<Obstacle> FindInTree(
        IReadOnlyList<TreeNode> tree, Action<ChildProcess, List<Obstacle>>? findOwn)
    {
        List<Obstacle> obstacles = [];
        TreeNode[] nodes = [.. tree.SelectMany(n => n.Walk())];
        if (!nodes.Any(n => n.IsMember))
            obstacles.Add(Obstacle.Ending);
        TreeNode[] members = [.. nodes.Where(n => n.IsMember)];
        foreach (TreeNode node in nodes)
        {
            // One process needs no telling which.
            string prefix = nodes.Length > 1 ? $"process {node.ProgramPid}: " : "";
            obstacles.AddRange(FindInNode(node, members, findOwn)
                .Select(o => o with { Sentence = prefix + o.Sentence }));
        }
        return obstacles;
    }

    /// <summary>What keeps one process of a tree where it is.</summary>
    private static IEnumerable<Obstacle> FindInNode(
        TreeNode node, TreeNode[] members, Action<ChildProcess, List<Obstacle>>? findOwn)
    {
        if (node.Process is not null)
        {
            foreach (Obstacle obstacle in FindInProcess(node.Process, findOwn))
                yield return obstacle;
            if (node.Facts.IsStopped)
                yield return "it is stopped; continue it first (kill -CONT)";
            bool hasTerminal = node.LeadsSession && node.Facts.Terminal != 0;
            if (hasTerminal && OwnTerminal.WhyNot(node, members, isLive: findOwn is not null) is string reason)
                yield return reason;
        }
        else if (node.IsForeign)
        {
            // It may be a child of a program of ours that has not said yet who it is.
            yield return new Obstacle(
                $"it runs '{ProcessFiles.Executable(node.Pid)}', which was not built by 'popcorn cc' " +
                "(or whose .popcorn folder is missing)",
                Passes: true);
        }
        else if (node.IsZombie && node.Entry is null && node.Facts.Parent != Environment.ProcessId)
        {
            // It may have entered the table since that was read.
            yield return new Obstacle("it has ended, and is in no table of ours", Passes: true);
        }
        else if (!node.IsZombie)
        {
            yield return new Obstacle(
                node.Entry!.Value.State == UnitProcessState.Starting
                    ? "it is starting; try again"
                    : $"nothing is known of its program '{ProcessFiles.Executable(node.Pid)}': is its .popcorn " +
                        "folder there?",
                Passes: true);
        }
    }

    private static void FindInProgram(ProgramFiles program, Isa target, List<Obstacle> obstacles)
    {
        if (!program.Has(target))
        {
            string built = string.Join(", ", program.Isas.Select(i => i.Name()));
            obstacles.Add($"'{program.Path}' was not built for {target.Name()} (it was for {built})");
            return;
        }
        try
        {
            _ = program.Load(target);
        }
        catch (PopcornException e)
        {
            obstacles.Add(e.Message);
        }
    }

    private static List<Obstacle> FindInProcess(
        ProgramProcess process, Action<ChildProcess, List<Obstacle>>? findOwn)
    {
        List<Obstacle> obstacles = [];
        ControlRegion control = process.Control;
        if (process.HasEnded || control.IsExiting)
        {
            obstacles.Add(Obstacle.Ending);
            return obstacles;
        }
        if (control.State != RuntimeState.Running)
            obstacles.Add(new Obstacle("the program has not finished starting", Passes: true));
        else if (control.AbiVersion != ControlLayout.AbiVersion)
        {
            obstacles.Add(
                $"the program's runtime speaks version {control.AbiVersion} of the control region, " +
                $"not {ControlLayout.AbiVersion}");
        }
        if (control.Threads > ControlLayout.SlotCount)
            obstacles.Add($"it has {control.Threads} threads, at most {ControlLayout.SlotCount} can move");
        try
        {
            ProcessObstacles.Find(process.Child.Pid, obstacles);
            findOwn?.Invoke(process.Child, obstacles);
        }
        catch (IOException)
        {
            // It ended while we looked.
            obstacles.Add(Obstacle.Ending);
        }
        return obstacles;
    }
}

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
    /// <summary>Those of a whole unit, which moves as one.</summary>
    public static IReadOnlyList<Obstacle> Find(IReadOnlyList<TreeNode> tree, Isa target)
    {
        ArgumentNullException.ThrowIfNull(tree);
        List<Obstacle> obstacles = [];
        if (!IsaHost.TryFind(target, out _))
            obstacles.Add(IsaHost.MissingEmulator(target));
        TreeNode[] nodes = [.. tree.SelectMany(n => n.Walk())];
        if (!nodes.Any(n => n.IsMember))
            obstacles.Add(Obstacle.Ending);
        foreach (ProgramFiles program in nodes.Where(n => n.IsMember).Select(n => n.Process!.Program).Distinct())
            FindInProgram(program, target, obstacles);
        foreach (TreeNode node in nodes)
        {
            // One process needs no telling which.
            string prefix = nodes.Length > 1 ? $"process {node.ProgramPid}: " : "";
            obstacles.AddRange(FindInNode(node).Select(o => o with { Sentence = prefix + o.Sentence }));
        }
        return obstacles;
    }

    /// <summary>What keeps one process of a tree from moving.</summary>
    private static IEnumerable<Obstacle> FindInNode(TreeNode node)
    {
        if (node.Process is not null)
        {
            foreach (Obstacle obstacle in FindInProcess(node.Process))
                yield return obstacle;
            if (node.Facts.IsStopped)
                yield return "it is stopped; continue it first (kill -CONT)";
            if (node.LeadsSession && node.Facts.Terminal != 0)
                yield return "it leads a session with a controlling terminal, which cannot be handed over";
            foreach (Obstacle obstacle in FindLocks(node.Process))
                yield return obstacle;
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
            yield return "it has ended, and is in no table of ours";
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

    private static List<Obstacle> FindLocks(ProgramProcess process)
    {
        List<Obstacle> locks = [];
        try
        {
            if (!process.HasEnded)
                ProcessObstacles.FindRecordLocks(process.Child, locks);
        }
        catch (IOException)
        {
            locks.Add(Obstacle.Ending);
        }
        return locks;
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

    /// <summary>Those that any destination has, a checkpoint file included.</summary>
    public static IReadOnlyList<Obstacle> FindInProcess(ProgramProcess process)
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
        }
        catch (IOException)
        {
            // It ended while we looked.
            obstacles.Add(Obstacle.Ending);
        }
        return obstacles;
    }
}

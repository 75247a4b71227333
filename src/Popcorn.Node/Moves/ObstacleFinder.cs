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
    public static IReadOnlyList<string> Find(IReadOnlyList<TreeNode> tree, Isa target)
    {
        ArgumentNullException.ThrowIfNull(tree);
        List<string> obstacles = [];
        if (!IsaHost.TryFind(target, out _))
            obstacles.Add(IsaHost.MissingEmulator(target));
        TreeNode[] nodes = [.. tree.SelectMany(n => n.Walk())];
        if (!nodes.Any(n => n.IsMember))
            obstacles.Add("the program is ending");
        foreach (ProgramFiles program in nodes.Where(n => n.IsMember).Select(n => n.Process!.Program).Distinct())
            FindInProgram(program, target, obstacles);
        foreach (TreeNode node in nodes)
        {
            // One process needs no telling which.
            string prefix = nodes.Length > 1 ? $"process {node.ProgramPid}: " : "";
            obstacles.AddRange(FindInNode(node).Select(o => prefix + o));
        }
        return obstacles;
    }

    /// <summary>What keeps one process of a tree from moving.</summary>
    private static IEnumerable<string> FindInNode(TreeNode node)
    {
        if (node.Process is not null)
        {
            foreach (string obstacle in FindInProcess(node.Process))
                yield return obstacle;
            if (node.Facts.IsStopped)
                yield return "it is stopped; continue it first (kill -CONT)";
            if (node.LeadsSession && node.Facts.Terminal != 0)
                yield return "it leads a session with a controlling terminal, which cannot be handed over";
            foreach (string obstacle in FindLocks(node.Process))
                yield return obstacle;
        }
        else if (node.IsForeign)
        {
            yield return $"it runs '{ProcessFiles.Executable(node.Pid)}', which was not built by 'popcorn cc' " +
                "(or whose .popcorn folder is missing)";
        }
        else if (node.IsZombie && node.Entry is null && node.Facts.Parent != Environment.ProcessId)
        {
            yield return "it has ended, and is in no table of ours";
        }
        else if (!node.IsZombie)
        {
            yield return node.Entry!.Value.State == UnitProcessState.Starting
                ? "it is starting; try again"
                : $"nothing is known of its program '{ProcessFiles.Executable(node.Pid)}': is its .popcorn folder " +
                    "there?";
        }
    }

    private static List<string> FindLocks(ProgramProcess process)
    {
        List<string> locks = [];
        try
        {
            if (!process.HasEnded)
                ProcessObstacles.FindRecordLocks(process.Child, locks);
        }
        catch (IOException)
        {
            locks.Add("the program is ending");
        }
        return locks;
    }

    private static void FindInProgram(ProgramFiles program, Isa target, List<string> obstacles)
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
    public static IReadOnlyList<string> FindInProcess(ProgramProcess process)
    {
        List<string> obstacles = [];
        ControlRegion control = process.Control;
        if (process.HasEnded || control.IsExiting)
        {
            obstacles.Add("the program is ending");
            return obstacles;
        }
        if (control.State != RuntimeState.Running)
            obstacles.Add("the program has not finished starting");
        else if (control.AbiVersion != ControlLayout.AbiVersion)
        {
            obstacles.Add(
                $"the program's runtime speaks version {control.AbiVersion} of the control region, " +
                $"not {ControlLayout.AbiVersion}");
        }
        if (control.Threads > ControlLayout.SlotCount)
            obstacles.Add($"it has {control.Threads} threads, at most {ControlLayout.SlotCount} can move");
        if ((control.Unmovable & UnmovableReasons.SharedMapping) != 0)
            obstacles.Add("it shares memory with other processes, by a MAP_SHARED mapping that nothing keeps track of");
        try
        {
            ProcessObstacles.Find(process.Child.Pid, obstacles);
        }
        catch (IOException)
        {
            // It ended while we looked.
            obstacles.Add("the program is ending");
        }
        return obstacles;
    }
}

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
    public static IReadOnlyList<string> Find(ProgramFiles program, ProgramProcess process, Isa target)
    {
        List<string> obstacles = [];
        if (!program.Has(target))
        {
            string built = string.Join(", ", program.Isas.Select(i => i.Name()));
            obstacles.Add($"'{program.Path}' was not built for {target.Name()} (it was for {built})");
        }
        else
        {
            try
            {
                _ = program.Load(target);
            }
            catch (PopcornException e)
            {
                obstacles.Add(e.Message);
            }
        }
        if (!IsaHost.TryFind(target, out _))
            obstacles.Add(IsaHost.MissingEmulator(target));
        obstacles.AddRange(FindInProcess(process));
        if (!process.HasEnded)
            ProcessObstacles.FindRecordLocks(process.Child, obstacles);
        return obstacles;
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
            obstacles.Add("it shares memory with other processes (an anonymous MAP_SHARED mapping)");
        try
        {
            FindChildren(process, obstacles);
            ProcessObstacles.Find(process.Child.Pid, obstacles);
        }
        catch (IOException)
        {
            // It ended while we looked.
            obstacles.Add("the program is ending");
        }
        return obstacles;
    }

    private static void FindChildren(ProgramProcess process, List<string> obstacles)
    {
        IReadOnlyList<int> children = ProcessFiles.Children(process.Child.Pid);
        if (children.Count > 0)
            obstacles.Add($"it has child processes ({string.Join(", ", children)}), which would lose their parent");
        else if ((process.Control.Unmovable & UnmovableReasons.Children) != 0)
            obstacles.Add("it has child processes that it has not waited for");
    }
}

using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Node.Objects;
using Popcorn.Node.Processes;
using Popcorn.Node.Programs;
using Popcorn.Wire.Agent;
using Popcorn.Wire.Restore;

namespace Popcorn.Node.Moves;

/// <summary>
/// Moves all processes of a unit to others on this machine, usually of another ISA. Either the targets run and the
/// sources are destroyed, or the sources have been released and go on as if nothing had happened; at no moment can both
/// run.
/// </summary>
public sealed class Mover(ProcessTree tree, ProcessLauncher launcher, MoveLimits limits)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromMilliseconds(5);

    /// <summary>How long a target's start may take before the program is parked: an emulator takes a tenth of that on a
    /// machine that has a processor for it.</summary>
    private static readonly TimeSpan s_headStart = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Returns the processes that are the program now, with a report; the sources are dead.
    /// Throws <see cref="MoveException"/> when they stay where they are.
    /// </summary>
    /// <param name="number">The how-manieth move of this program this is.</param>
    /// <param name="prepare">Called before the targets run.</param>
    public (IReadOnlyList<ProgramProcess> Moved, MoveReport Report) Move(Isa target, int number, Action prepare)
    {
        ArgumentNullException.ThrowIfNull(prepare);
        try
        {
            MoveException.ThrowIfAny(FindObstacles(target));
            return MoveTo(target, number, prepare);
        }
        catch (Exception e) when (
            e is LinuxCallException or BadInputException or ProgramException or IOException
                or UnauthorizedAccessException)
        {
            throw new MoveException(MovePhase.Capture, e.Message, e);
        }
    }

    /// <summary>
    /// What stands in the way of a move now; nothing is touched. A process that is just being forked, or executes
    /// another of our programs, is nobody for a moment, and one that ends is nobody soon: they get a second, as they
    /// would when the program is parked.
    /// </summary>
    public IReadOnlyList<string> FindObstacles(Isa target)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            uint seen = tree.Unit.Events;
            IReadOnlyList<Obstacle> obstacles = ObstacleFinder.Find(tree.Read(), target);
            if (obstacles.All(o => !o.Passes) || Stopwatch.GetElapsedTime(start) >= s_patience)
                return Obstacle.Sentences(obstacles);
            tree.Unit.WaitEvent(seen, s_betweenLooks);
        }
    }

    private (IReadOnlyList<ProgramProcess>, MoveReport) MoveTo(Isa target, int number, Action prepare)
    {
        bool parkedAlready = tree.Unit.IsParkingRequested;
        MoveClock clock = new();
        IReadOnlyList<ProgramProcess> sources =
            [.. tree.Read().SelectMany(n => n.Walk()).Where(n => n.IsMember).Select(n => n.Process!)];
        ProgramProcess? first = sources.FirstOrDefault(p => p.Index == ProcessUnit.RootIndex);
        using TargetTree targets = new(launcher, IsaHost.Find(target), limits, withRoot: first is not null);
        // The tables are read while the program still runs.
        foreach (ProgramProcess source in sources)
        {
            _ = source.Program.Load(source.Isa);
            _ = source.Program.Load(target);
        }
        // A program that has parked by itself waits anyway: its capture then overlaps with the target's start. One
        // whose threads leave the target no processor has to make room for it.
        bool hasStarted = !parkedAlready && targets.TryWaitRoot(s_headStart);
        clock.StartMs = clock.Lap();
        PreCopy copied = hasStarted && first is not null ? PreCopy.Run(first, targets.Root!) : PreCopy.None;
        clock.PreCopyMs = clock.Lap();
        return MoveParked(target, targets, copied, clock, number, prepare);
    }

    private (IReadOnlyList<ProgramProcess>, MoveReport) MoveParked(
        Isa target, TargetTree targets, PreCopy copied, MoveClock clock, int number, Action prepare)
    {
        // Whatever fails below, leaving this method releases the sources.
        using Parking parking = Parking.Of(tree, limits.Park);
        clock.ParkMs = clock.Lap();
        clock.ParkedAt = Stopwatch.GetTimestamp();
        if (parking.Outcome == ParkOutcome.Ended)
            throw new MoveException(MovePhase.Park, "the program has ended") { SourceEnded = true };
        if (parking.Outcome == ParkOutcome.TimedOut)
            throw new MoveException(MovePhase.Park, parking.Why);
        // From here on nobody starts, ends or execs; what came meanwhile is looked at like the rest was.
        IReadOnlyList<TreeNode> nodes = tree.Read(targets.Root?.Process.Child.Pid);
        MoveException.ThrowIfAny(Obstacle.Sentences(ObstacleFinder.Find(nodes, target)));
        clock.CaptureMs = clock.Lap();
        using CapturedTree captured = CapturedTree.Read(nodes, clock);
        using SharedMemory shared = SharedMemory.Copy(captured.Captures.Values);
        targets.WaitRootStarted();
        targets.Build(nodes);
        foreach ((TreeNode node, RestoreTarget restoring) in targets.Targets)
        {
            PreCopy held = node.Process!.Index == ProcessUnit.RootIndex ? copied : PreCopy.None;
            clock.StillBytes += Transfer(node.Process, restoring, captured.Captures[node], held, shared);
        }
        clock.TransferMs = clock.Lap();
        foreach ((TreeNode node, RestoreTarget restoring) in targets.Targets)
        {
            restoring.WaitReady();
            ProcessTraits.Of(node.Process!).Apply(restoring.Process);
        }
        prepare();
        Commit(targets);
        parking.Forget();
        // The targets run.
        clock.RestoreMs = clock.Lap();
        clock.DowntimeMs = Stopwatch.GetElapsedTime(clock.ParkedAt).TotalMilliseconds;
        End(targets);
        ProgramProcess source = targets.Targets.Keys.First().Process!;
        return ([.. targets.Targets.Values.Select(t => t.Process)], Describe(source, targets, captured, clock, number));
    }

    /// <summary>Returns the bytes of memory that had to be written.</summary>
    private long Transfer(
        ProgramProcess source, RestoreTarget restoring, (ProcessCapture Capture, CapturedProcess State) from,
        PreCopy held, SharedMemory shared)
    {
        (ProcessCapture capture, CapturedProcess captured) = from;
        ScriptSender sender = restoring.Sender;
        try
        {
            foreach (int inherited in launcher.InheritedDescriptors)
            {
                if (!captured.Descriptors.Any(d => d.Number == inherited))
                    RestoreScriptWriter.Close(sender.Frames, inherited);
            }
            // Descriptors come first: what has no path is mapped through them.
            foreach (DescriptorFacts descriptor in captured.Descriptors)
            {
                using SafeFileHandle duplicate = source.Child.Duplicate(descriptor.Number);
                sender.SendDescriptor(duplicate, descriptor.Number, descriptor.CloseOnExec);
            }
            long written = held.Complete(capture, captured, restoring);
            SegmentAttachment.Send(sender.Frames, captured);
            shared.Send(sender, captured);
            RestoreScript.Protect(sender.Frames, captured.Mappings);
            RestoreScriptWriter.WorkingDirectory(sender.Frames, captured.WorkingDirectory);
            RestoreScriptWriter.FileModeMask(sender.Frames, captured.FileModeMask);
            RestoreScript.SendThreads(
                sender, captured.Threads, restoring.Process.Program.Load(restoring.Process.Isa));
            RestoreScriptWriter.Commit(sender.Frames);
            sender.Flush();
            return written;
        }
        catch (LinuxCallException e)
        {
            throw restoring.Explain(e);
        }
    }

    /// <summary>
    /// The only place where a move is decided: one store, which all processes see at once. Until then the sources
    /// sleep, parked, and only we can wake them; we do so only when every target is dead and none has run. A target
    /// that is killed after the store is a process of the program that was killed.
    /// </summary>
    private void Commit(TargetTree targets)
    {
        foreach ((TreeNode node, RestoreTarget restoring) in targets.Targets)
        {
            if (node.Process!.HasEnded)
            {
                throw new MoveException(MovePhase.Commit, $"process {node.ProgramPid} was killed meanwhile")
                {
                    SourceEnded = targets.Targets.Count == 1,
                };
            }
            if (restoring.Process.HasEnded)
                throw new MoveException(MovePhase.Commit, restoring.DescribeEnd());
            PassPendingSignals(node.Process.Child, restoring.Process.Child);
        }
        int foreground = GiveTerminal(targets);
        tree.Unit.AdvanceGeneration();
        foreach (RestoreTarget restoring in targets.Targets.Values)
            restoring.SendGo();
        string? failure = null;
        bool runs = false;
        foreach (RestoreTarget restoring in targets.Targets.Values)
        {
            string? why = restoring.AwaitRunning(() => targets.Targets.Values.Any(t => t.Runs));
            runs |= why is null;
            failure = why ?? failure;
        }
        if (runs)
            return;
        tree.Unit.WithdrawGeneration();
        if (foreground != 0)
            _ = HostProcess.TrySetForegroundGroup(foreground);
        throw new MoveException(MovePhase.Commit, failure!);
    }

    /// <summary>A shell of the unit may have given the terminal to a group, which has another number now. Returns the
    /// group to give it back to; 0: it was nobody's of ours.</summary>
    private static int GiveTerminal(TargetTree targets)
    {
        foreach ((TreeNode node, RestoreTarget restoring) in targets.Targets)
        {
            int foreground = node.Facts.ForegroundGroup;
            if (node.Facts.Terminal == 0 || foreground != node.Facts.Group || foreground == HostProcess.ProcessGroup)
                continue;
            _ = HostProcess.TrySetForegroundGroup(HostProcess.ProcessGroupOf(restoring.Process.Child.Pid));
            return foreground;
        }
        return 0;
    }

    /// <summary>The sources are past. None of them runs, so none sees another one's end.</summary>
    private static void End(TargetTree targets)
    {
        foreach (TreeNode node in targets.Targets.Keys)
            _ = node.Process!.Child.Signal(SignalNumbers.Kill);
        foreach (TreeNode node in targets.Targets.Keys)
            _ = node.Process!.Child.Reap();
    }

    /// <summary>Signals that arrived while the source was parked wait in it; the target gets those it has not got
    /// itself.</summary>
    private static void PassPendingSignals(ChildProcess source, ChildProcess target)
    {
        ulong pending = ProcessFiles.PendingSignals(source.Pid) & ~ProcessFiles.PendingSignals(target.Pid);
        pending &= ~SignalSet.Of(SignalNumbers.Kick, SignalNumbers.Kill, SignalNumbers.Stop).Bits;
        for (int signal = 1; pending != 0; signal++, pending >>= 1)
        {
            if ((pending & 1) != 0)
                _ = target.Signal(signal);
        }
    }

    private static MoveReport Describe(
        ProgramProcess source, TargetTree targets, CapturedTree captured, MoveClock clock, int number)
    {
        ProgramProcess target = targets.Targets.Values.First().Process;
        CapturedProcess[] all = [.. captured.Captures.Values.Select(c => c.State)];
        return new MoveReport(
            number,
            source.Isa.Name(),
            target.Isa.Name(),
            target.Host.IsEmulated,
            DryRun: false,
            Obstacles: [],
            all.Length,
            all.Sum(c => c.Threads.Count),
            all.Sum(c => c.Frames),
            all.Sum(c => c.Values),
            all.Sum(c => c.MemoryBytes),
            clock.StillBytes,
            all.Sum(c => c.Descriptors.Count),
            clock.StartMs,
            clock.PreCopyMs,
            clock.ParkMs,
            clock.CaptureMs,
            clock.TransformMs,
            clock.TransferMs,
            clock.RestoreMs,
            clock.DowntimeMs);
    }
}

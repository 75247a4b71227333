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
            LetPass(target);
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

    /// <summary>A program that has parked by itself keeps what stands in the way until it goes on.</summary>
    private void LetPass(Isa target)
    {
        if (!tree.Unit.IsParkingRequested)
            return;
        IReadOnlyList<Obstacle> obstacles = ObstacleFinder.Find(tree.Read(), target);
        if (obstacles.Count > 0 && obstacles.All(o => o.Passes))
            tree.Unit.ReleaseThreads();
    }

    /// <summary>What stands in the way of a move now; nothing is touched.</summary>
    public IReadOnlyList<string> FindObstacles(Isa target) =>
        ObstacleFinder.FindPatiently(tree, nodes => ObstacleFinder.Find(nodes, target));

    private (IReadOnlyList<ProgramProcess>, MoveReport) MoveTo(Isa target, int number, Action prepare)
    {
        bool parkedAlready = tree.Unit.IsParkingRequested;
        MoveClock clock = new();
        IReadOnlyList<ProgramProcess> sources =
            [.. TreeNode.Members(tree.Read()).Select(n => n.Process!)];
        ProgramProcess? first = sources.FirstOrDefault(p => p.Index == ProcessUnit.RootIndex);
        TargetProgram? root = first is null ? null : FamilyMember.ProgramOf(first);
        using TargetTree targets = new(launcher, IsaHost.Find(target), root);
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
        bool copies = hasStarted && first is not null;
        if (copies)
            targets.Root!.PrepareThreads(first!);
        using PreCopy copied = copies ? PreCopy.Run(first!, targets.Root!) : PreCopy.None;
        clock.PreCopyMs = clock.Lap();
        return MoveParked(target, targets, copied, clock, number, prepare);
    }

    private (IReadOnlyList<ProgramProcess>, MoveReport) MoveParked(
        Isa target, TargetTree targets, PreCopy copied, MoveClock clock, int number, Action prepare)
    {
        // Whatever fails below, leaving this method releases the sources.
        using Standstill still = Standstill.Reach(
            tree, limits, clock, targets.Root?.Process.Child.Pid, nodes => FindParked(nodes, target, targets.Root));
        clock.CaptureMs = clock.Lap();
        using CapturedTree captured = CapturedTree.Read(still.Nodes, clock);
        using SharedMemory shared = SharedMemory.Copy(captured.Captures.Values);
        targets.WaitRootStarted();
        using SessionTerminals terminals = SessionTerminals.Replace(still.Nodes);
        IReadOnlyList<FamilyMember> family = FamilyMember.Of(still.Nodes, terminals);
        targets.Build(family);
        foreach ((TreeNode node, (ProcessCapture Capture, CapturedProcess State) state) in captured.Captures)
        {
            PreCopy held = node.Process!.Index == ProcessUnit.RootIndex ? copied : PreCopy.None;
            clock.StillBytes += Transfer(
                node.Process, targets.Targets[node.Process.Index], state, held, shared, terminals);
        }
        clock.TransferMs = clock.Lap();
        IReadOnlyList<ProgramProcess> sources = [.. captured.Captures.Keys.Select(n => n.Process!)];
        foreach (ProgramProcess source in sources)
        {
            RestoreTarget restoring = targets.Targets[source.Index];
            restoring.WaitReady();
            ProcessTraits.Of(source).Apply(restoring.Process);
        }
        prepare();
        Commit(captured.Captures.Keys, targets, family, terminals);
        still.Forget();
        // The targets run.
        clock.RestoreMs = clock.Lap();
        clock.DowntimeMs = Stopwatch.GetElapsedTime(clock.ParkedAt, targets.RunningSince).TotalMilliseconds;
        ProgramProcess.DestroyAll(sources);
        return ([.. targets.Targets.Values.Select(t => t.Process)],
            Describe(sources[0], targets, captured, clock, number));
    }

    /// <summary>What came since the look at the running program.</summary>
    private static IReadOnlyList<Obstacle> FindParked(
        IReadOnlyList<TreeNode> nodes, Isa target, RestoreTarget? root)
    {
        ThrowIfReplaced(nodes, root);
        return ObstacleFinder.Find(nodes, target);
    }

    /// <summary>The first process may have executed another program since its target was started.</summary>
    private static void ThrowIfReplaced(IReadOnlyList<TreeNode> nodes, RestoreTarget? target)
    {
        ProgramProcess? first = TreeNode.Members(nodes).Select(n => n.Process!)
            .FirstOrDefault(p => p.Index == ProcessUnit.RootIndex);
        if (first is null || target is null || first.Program.Path == target.Process.Program.Path)
            return;
        throw new MoveException(MovePhase.Park,
            $"process {first.Child.Pid} has just executed '{first.Program.Path}'; try again");
    }

    /// <summary>Returns the bytes of memory that had to be written.</summary>
    private long Transfer(
        ProgramProcess source, RestoreTarget restoring, (ProcessCapture Capture, CapturedProcess State) from,
        PreCopy held, SharedMemory shared, SessionTerminals terminals)
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
                using SafeFileHandle file = terminals.TryDuplicate(source, descriptor.Number)
                    ?? source.Child.Duplicate(descriptor.Number);
                sender.SendDescriptor(file, descriptor.Number, descriptor.CloseOnExec);
            }
            long written = held.Complete(capture, captured, restoring);
            SegmentAttachment.Send(sender.Frames, captured.Mappings, captured.Origins);
            shared.Send(
                sender, captured.Mappings, captured.Origins, [.. captured.Descriptors.Select(d => d.Number)]);
            RestoreScript.Protect(sender.Frames, captured.Mappings);
            RestoreScriptWriter.WorkingDirectory(sender.Frames, captured.WorkingDirectory);
            RestoreScriptWriter.FileModeMask(sender.Frames, captured.FileModeMask);
            RestoreScript.Lock(
                sender.Frames, RecordLocks.Read(new DescriptorSource(source.Child, captured.Descriptors, Label: "")));
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
    /// Until the generation changes the sources sleep, parked, and only we can wake them; we do so only when every
    /// target is dead and none has run.
    /// </summary>
    private static void Commit(
        IEnumerable<TreeNode> sources, TargetTree targets, IReadOnlyList<FamilyMember> family,
        SessionTerminals terminals)
    {
        foreach (TreeNode node in sources)
        {
            RestoreTarget restoring = targets.Targets[node.Process!.Index];
            if (node.Process.HasEnded)
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
        terminals.Carry();
        targets.GiveTerminal(family);
        if (targets.Go() is not string failure)
            return;
        if (sources.FirstOrDefault(n => n.HasTerminal && n.Facts.Session == HostProcess.Session) is TreeNode foreground)
            _ = HostProcess.TrySetForegroundGroup(foreground.Facts.ForegroundGroup);
        terminals.CarryBack();
        throw new MoveException(MovePhase.Commit, failure);
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

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
/// Moves a process to another one on this machine, usually of another ISA. Either the target runs and the source is
/// destroyed, or the source has been released and goes on as if nothing had happened; at no moment can both run.
/// </summary>
public sealed class Mover(ProgramFiles program, ProcessLauncher launcher, MoveLimits limits)
{
    /// <summary>
    /// Returns the process that is the program now, with its report; the source is dead and reaped.
    /// Throws <see cref="MoveException"/> when it stays where it is.
    /// </summary>
    /// <param name="number">The how-manieth move of this program this is.</param>
    /// <param name="prepare">Called with the target's control region before it runs.</param>
    public (ProgramProcess Moved, MoveReport Report) Move(
        ProgramProcess source, Isa target, int number, Action<ControlRegion> prepare)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(prepare);
        IReadOnlyList<string> obstacles = ObstacleFinder.Find(program, source, target);
        if (obstacles.Count > 0)
            throw new MoveException(MovePhase.Check, string.Join("; ", obstacles)) { Obstacles = obstacles };
        try
        {
            return MoveTo(source, target, number, prepare);
        }
        catch (Exception e) when (
            e is LinuxCallException or BadInputException or ProgramException or IOException
                or UnauthorizedAccessException)
        {
            throw new MoveException(MovePhase.Capture, e.Message, e);
        }
    }

    private (ProgramProcess, MoveReport) MoveTo(
        ProgramProcess source, Isa target, int number, Action<ControlRegion> prepare)
    {
        bool parkedAlready = source.Control.IsParkingRequested;
        MoveClock clock = new();
        using RestoreTarget restoring = RestoreTarget.Start(launcher, IsaHost.Find(target), source.Control.Pid);
        // Both ISAs' tables are read while the program still runs.
        _ = program.Load(source.Isa);
        _ = program.Load(target);
        // A program that has parked by itself waits anyway: its capture then overlaps with the target's start.
        if (!parkedAlready)
            restoring.WaitStarted(limits.Start);
        clock.StartMs = clock.Lap();
        return MoveParked(source, restoring, clock, number, prepare);
    }

    private (ProgramProcess, MoveReport) MoveParked(
        ProgramProcess source, RestoreTarget restoring, MoveClock clock, int number, Action<ControlRegion> prepare)
    {
        // Whatever fails below, leaving this method releases the source.
        using Parking parking = Parking.Of(source, limits.Park);
        clock.ParkMs = clock.Lap();
        clock.ParkedAt = Stopwatch.GetTimestamp();
        if (parking.Outcome == ParkOutcome.Ended)
            throw new MoveException(MovePhase.Park, "the program has ended") { SourceEnded = true };
        if (parking.Outcome == ParkOutcome.TimedOut)
            throw new MoveException(MovePhase.Park, parking.Why);
        using ProcessCapture capture = new(program, source);
        IReadOnlyList<CapturedThread> threads = capture.ReadThreads();
        clock.TransformMs = clock.Lap();
        CapturedProcess captured = capture.ReadRest(threads);
        clock.CaptureMs = clock.Lap();
        restoring.WaitStarted(limits.Start);
        Transfer(source, restoring, capture, captured);
        clock.TransferMs = clock.Lap();
        restoring.WaitReady();
        ProcessTraits.Of(source).Apply(restoring.Process);
        prepare(restoring.Process.Control);
        Commit(source, restoring);
        parking.Forget();
        clock.RestoreMs = clock.Lap();
        clock.DowntimeMs = Stopwatch.GetElapsedTime(clock.ParkedAt).TotalMilliseconds;
        _ = source.Child.Reap();
        return (restoring.Process, Describe(source, restoring.Process, captured, clock, number));
    }

    private void Transfer(
        ProgramProcess source, RestoreTarget restoring, ProcessCapture capture, CapturedProcess captured)
    {
        try
        {
            using ScriptSender sender = new(restoring.Socket);
            foreach (int inherited in launcher.InheritedDescriptors)
            {
                if (!captured.Descriptors.Any(d => d.Number == inherited))
                    RestoreScriptWriter.Close(sender.Frames, inherited);
            }
            RestoreScript.Map(sender.Frames, captured.Mappings, captured.Paths);
            foreach (PageRange pages in captured.Pages)
                sender.SendMemory(pages, capture.Memory.Read);
            RestoreScript.Protect(sender.Frames, captured.Mappings);
            foreach (DescriptorFacts descriptor in captured.Descriptors)
            {
                using SafeFileHandle duplicate = source.Child.Duplicate(descriptor.Number);
                sender.SendDescriptor(duplicate, descriptor.Number, descriptor.CloseOnExec);
            }
            RestoreScriptWriter.WorkingDirectory(sender.Frames, captured.WorkingDirectory);
            RestoreScriptWriter.FileModeMask(sender.Frames, captured.FileModeMask);
            RestoreScript.SendThreads(sender, captured.Threads, program.Load(restoring.Process.Isa));
            RestoreScriptWriter.Commit(sender.Frames);
            sender.Flush();
        }
        catch (LinuxCallException e) when (e.Call is "send" or "sendmsg")
        {
            throw restoring.ExplainSendFailure(e);
        }
    }

    /// <summary>
    /// The only place where a source is ended: when the target says that it runs. Until then the source sleeps, parked,
    /// and only we can wake it; we do so only when the target is dead and has not run.
    /// </summary>
    private static void Commit(ProgramProcess source, RestoreTarget restoring)
    {
        if (source.HasEnded)
            throw new MoveException(MovePhase.Commit, "the program was killed meanwhile") { SourceEnded = true };
        PassPendingSignals(source.Child, restoring.Process.Child);
        _ = restoring.Go();
        _ = source.Child.Signal(SignalNumbers.Kill);
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
        ProgramProcess source, ProgramProcess target, CapturedProcess captured, MoveClock clock, int number) => new(
            number,
            source.Isa.Name(),
            target.Isa.Name(),
            target.Host.IsEmulated,
            DryRun: false,
            Obstacles: [],
            captured.Threads.Count,
            captured.Frames,
            captured.Values,
            captured.MemoryBytes,
            captured.Descriptors.Count,
            clock.StartMs,
            clock.ParkMs,
            clock.CaptureMs,
            clock.TransformMs,
            clock.TransferMs,
            clock.RestoreMs,
            clock.DowntimeMs);
}

using System.Diagnostics;
using Popcorn.Linux;
using Popcorn.Wire.Control;

namespace Popcorn.Node.Processes;

/// <summary>How an attempt to park a process ended.</summary>
public enum ParkOutcome
{
    /// <summary>Every thread of every process is parked; nothing of the program runs until it is released.</summary>
    Parked,

    /// <summary>The program ended meanwhile.</summary>
    Ended,

    /// <summary>Some thread did not answer in time; all of them have been released.</summary>
    TimedOut,
}

/// <summary>
/// All threads of all processes of a unit parked, or why not (contracts, section 7, "Parking"). Disposing releases
/// them, unless the program had parked by itself: then whoever keeps the schedule does.
/// </summary>
public sealed class Parking : IDisposable
{
    private static readonly TimeSpan FirstKick = TimeSpan.FromMicroseconds(200);
    private static readonly TimeSpan SlowestKick = TimeSpan.FromMilliseconds(5);

    private readonly ProcessTree _tree;
    private readonly List<ProgramProcess> _running = [];
    private bool _isOurs = true;
    private bool _released;

    private Parking(ProcessTree tree) => _tree = tree;

    public ParkOutcome Outcome { get; private set; }

    /// <summary>Which threads are in the way, when the time is over.</summary>
    public string Why { get; private set; } = "";

    public static Parking Of(ProcessTree tree, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(tree);
        WaitUntilAllRun(tree, timeout);
        Parking parking = new(tree);
        parking.Park(timeout);
        return parking;
    }

    /// <summary>
    /// Lets the threads go on for a moment, and parks them again. A program that had parked by itself is still one that
    /// has: whoever keeps the schedule finds it so.
    /// </summary>
    public void Renew(TimeSpan pause, TimeSpan timeout)
    {
        _tree.Unit.ReleaseThreads();
        Thread.Sleep(pause);
        WaitUntilAllRun(_tree, timeout);
        Park(timeout);
    }

    /// <summary>Lets the threads go on, once.</summary>
    public void Dispose()
    {
        if (_isOurs && !_released)
            _tree.Unit.ReleaseThreads();
        _released = true;
    }

    /// <summary>The processes are no more, or others are the program now: there is nothing to release.</summary>
    public void Forget() => _released = true;

    private void Park(TimeSpan timeout)
    {
        _isOurs &= _tree.Unit.RequestParking();
        Outcome = Wait(timeout);
        if (Outcome == ParkOutcome.TimedOut)
            Dispose();
    }

    private ParkOutcome Wait(TimeSpan timeout)
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan kickEvery = FirstKick;
        TimeSpan nextKick = FirstKick;
        while (true)
        {
            uint seen = _tree.Unit.Events;
            ParkOutcome? outcome = Look();
            // What parked while we looked may have started another just before.
            if (outcome is not null && (outcome == ParkOutcome.TimedOut || _tree.Unit.Events == seen))
                return outcome.Value;
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            if (elapsed >= timeout)
            {
                Why = DescribeStragglers(timeout);
                return ParkOutcome.TimedOut;
            }
            if (elapsed >= nextKick)
            {
                Kick();
                // A thread may be between its look at the request and its system call: kick again, ever more slowly.
                nextKick = elapsed + kickEvery;
                kickEvery = TimeSpan.FromTicks(Math.Min(kickEvery.Ticks * 2, SlowestKick.Ticks));
            }
            _tree.Unit.WaitEvent(seen, Shorter(nextKick - elapsed, timeout - elapsed));
        }
    }

    /// <summary>
    /// Null as long as something may still run. The table holds a process before the process exists, and only what is
    /// not parked can start others, so a look at which all are parked, and during which nothing happened, has missed
    /// none.
    /// </summary>
    private ParkOutcome? Look()
    {
        _running.Clear();
        bool starting = false;
        int parked = 0;
        foreach ((UnitEntry entry, ProgramProcess? process) in _tree.Members())
        {
            if (entry.State == UnitProcessState.Foreign && !HasEnded(entry.KernelPid))
            {
                Why = $"process {entry.Pid} runs '{ProcessFiles.Executable(entry.KernelPid)}', which was not built " +
                    "by 'popcorn cc'";
                return ParkOutcome.TimedOut;
            }
            if (entry.State == UnitProcessState.Starting)
                starting |= IsComing(entry);
            else if (process is null)
                starting |= entry.State == UnitProcessState.Member && !HasEnded(entry.KernelPid);
            else if (process.Control.AllParked && process.Control.State == RuntimeState.Running)
                parked++;
            else if (!process.HasEnded)
                _running.Add(process);
        }
        if (starting || _running.Count > 0)
            return null;
        return parked > 0 ? ParkOutcome.Parked : ParkOutcome.Ended;
    }

    /// <summary>It is being forked or executes something, unless who was doing that has died.</summary>
    private static bool IsComing(UnitEntry entry) =>
        !HasEnded(entry.KernelPid != 0 ? entry.KernelPid : entry.CreatorPid);

    private static bool HasEnded(int pid)
    {
        try
        {
            return pid == 0 || ProcessFiles.Facts(pid).IsZombie;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Threads just released count as parked until they have woken up.</summary>
    private static void WaitUntilAllRun(ProcessTree tree, TimeSpan timeout)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            uint seen = tree.Unit.Events;
            if (tree.Unit.IsParkingRequested || Stopwatch.GetElapsedTime(start) >= timeout)
                return;
            if (!tree.Members().Any(m => m.Process is { HasEnded: false } p && p.Control.Parked != 0))
                return;
            tree.Unit.WaitEvent(seen, SlowestKick);
        }
    }

    private void Kick()
    {
        foreach (ProgramProcess process in _running)
        {
            foreach (ThreadSlot slot in process.Control.LiveSlots())
            {
                if (!slot.IsParked)
                    _ = process.Child.SignalThread((int)slot.Tid, SignalNumbers.Kick);
            }
        }
    }

    private string DescribeStragglers(TimeSpan timeout)
    {
        List<string> running = [];
        foreach (ProgramProcess process in _running)
        {
            if (process.Control.Threads == 0 || process.Control.State != RuntimeState.Running)
                running.Add($"process {process.Child.Pid} has not finished starting");
            else
                DescribeStragglers(process, running);
        }
        if (running.Count == 0)
            running.Add("a process was starting all the time");
        return $"not every thread stopped within {timeout.TotalSeconds:0.#} s: {string.Join("; ", running)}";
    }

    private static void DescribeStragglers(ProgramProcess process, List<string> running)
    {
        foreach (ThreadSlot slot in process.Control.LiveSlots())
        {
            if (slot.HandlerDepth != 0)
                running.Add($"thread {slot.Tid} is inside a signal handler");
            else if (slot.State == ThreadParkState.Blocking)
                running.Add($"thread {slot.Tid} is inside a system call that cannot be interrupted");
            else if (!slot.IsParked)
                running.Add($"thread {slot.Tid} reached no migration point");
        }
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}

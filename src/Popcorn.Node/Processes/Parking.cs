using System.Diagnostics;
using Popcorn.Linux;
using Popcorn.Wire.Control;

namespace Popcorn.Node.Processes;

/// <summary>How an attempt to park a process ended.</summary>
public enum ParkOutcome
{
    /// <summary>Every thread is parked; nothing of the program runs until it is released.</summary>
    Parked,

    /// <summary>The program ended meanwhile.</summary>
    Ended,

    /// <summary>Some thread did not answer in time; all of them have been released.</summary>
    TimedOut,
}

/// <summary>
/// All threads of a process parked, or why not (contracts, section 7, "Parking"). Disposing releases them, unless the
/// program had parked by itself: then whoever keeps the schedule does.
/// </summary>
public sealed class Parking : IDisposable
{
    private static readonly TimeSpan FirstKick = TimeSpan.FromMicroseconds(200);
    private static readonly TimeSpan SlowestKick = TimeSpan.FromMilliseconds(5);

    private readonly ControlRegion _control;
    private readonly bool _isOurs;
    private bool _released;

    private Parking(ControlRegion control, bool isOurs)
    {
        _control = control;
        _isOurs = isOurs;
    }

    public ParkOutcome Outcome { get; private set; }

    /// <summary>Which threads are in the way, when the time is over.</summary>
    public string Why { get; private set; } = "";

    public static Parking Of(ProgramProcess process, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(process);
        if (!process.Control.IsParkingRequested)
            WaitUntilAllRun(process, timeout);
        Parking parking = new(process.Control, process.Control.RequestParking());
        parking.Outcome = parking.Wait(process, timeout);
        if (parking.Outcome == ParkOutcome.TimedOut)
        {
            parking.Why = DescribeStragglers(process.Control, timeout);
            parking.Dispose();
        }
        return parking;
    }

    /// <summary>Lets the threads go on, once.</summary>
    public void Dispose()
    {
        if (_isOurs && !_released)
            _control.ReleaseThreads();
        _released = true;
    }

    /// <summary>The process is no more, or another one is the program now: there is nothing to release.</summary>
    public void Forget() => _released = true;

    private ParkOutcome Wait(ProgramProcess process, TimeSpan timeout)
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan kickEvery = FirstKick;
        TimeSpan nextKick = FirstKick;
        while (true)
        {
            uint parked = _control.Parked;
            uint threads = _control.Threads;
            if (parked != 0 && parked >= threads)
                return ParkOutcome.Parked;
            if (process.HasEnded)
                return ParkOutcome.Ended;
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            if (elapsed >= timeout)
                return ParkOutcome.TimedOut;
            if (elapsed >= nextKick)
            {
                Kick(process);
                // A thread may be between its look at the request and its system call: kick again, ever more slowly.
                nextKick = elapsed + kickEvery;
                kickEvery = TimeSpan.FromTicks(Math.Min(kickEvery.Ticks * 2, SlowestKick.Ticks));
            }
            _control.WaitParked(parked, Shorter(nextKick - elapsed, timeout - elapsed));
        }
    }

    /// <summary>Threads just released count as parked until they have woken up.</summary>
    private static void WaitUntilAllRun(ProgramProcess process, TimeSpan timeout)
    {
        long start = Stopwatch.GetTimestamp();
        for (uint parked = process.Control.Parked; parked != 0; parked = process.Control.Parked)
        {
            if (process.HasEnded || process.Control.IsParkingRequested || Stopwatch.GetElapsedTime(start) >= timeout)
                return;
            process.Control.WaitParked(parked, SlowestKick);
        }
    }

    private static void Kick(ProgramProcess process)
    {
        foreach (ThreadSlot slot in process.Control.LiveSlots())
        {
            if (!slot.IsParked)
                _ = process.Child.SignalThread((int)slot.Tid, SignalNumbers.Kick);
        }
    }

    private static string DescribeStragglers(ControlRegion control, TimeSpan timeout)
    {
        if (control.Threads == 0)
            return $"the program has not finished starting within {timeout.TotalSeconds:0.#} s";
        List<string> running = [];
        foreach (ThreadSlot slot in control.LiveSlots())
        {
            if (slot.HandlerDepth != 0)
                running.Add($"thread {slot.Tid} is inside a signal handler");
            else if (slot.State == ThreadParkState.Blocking)
                running.Add($"thread {slot.Tid} is inside a system call that cannot be interrupted");
            else if (!slot.IsParked)
                running.Add($"thread {slot.Tid} reached no migration point");
        }
        return $"not every thread stopped within {timeout.TotalSeconds:0.#} s: {string.Join("; ", running)}";
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}

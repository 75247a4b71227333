using System.Diagnostics;
using Popcorn.Linux;

namespace Popcorn.Node.Agents;

/// <summary>
/// Since when a signal that is found now may have been there. Nothing says when a signal was sent, but how late we can
/// be is known: a wait that slept ended with its arrival, and the kernel counts how long we have waited for a
/// processor and run since.
/// </summary>
public sealed class ArrivalWindow
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>What the kernel's accounts may be wrong by; and a wait shorter than this may not have slept.</summary>
    private const long SlackNs = 10_000_000;

    private long _none = Now();
    private long _begun;
    private long _awake;

    /// <summary>There is none at this moment.</summary>
    public void NoteNone() => _none = Now();

    /// <summary>A wait begins that a signal would end. Who never waits looks often enough.</summary>
    public void BeginWait()
    {
        _begun = Now();
        _awake = HostProcess.AwakeNs;
    }

    /// <summary>The earliest time at which those that are there now can have come, by the monotonic clock in
    /// nanoseconds.</summary>
    public long Earliest()
    {
        long awake = HostProcess.AwakeNs;
        long slept = Now() - _begun - (awake - _awake);
        // Without accounts all of it may have been our lateness.
        bool hasSlept = _awake != 0 && slept > SlackNs;
        return (hasSlept ? _begun + slept : _none) - SlackNs;
    }

    private static long Now() => Stopwatch.GetTimestamp() * (NanosecondsPerSecond / Stopwatch.Frequency);
}

using System.Diagnostics;

namespace Popcorn.Node.Agents;

/// <summary>
/// Since when a signal that is found now may have been there: since the last look that found none. The runtime makes us
/// look whenever the program has got a signal from outside, so that this is not long ago.
/// </summary>
public sealed class ArrivalWindow
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>The kernel sends a group's signals one after the other; a host may take its processor
    /// meanwhile.</summary>
    private const long SlackNs = 10_000_000;

    private long _none = Now();

    /// <summary>The earliest time at which those that are there now can have come, by the monotonic clock in
    /// nanoseconds.</summary>
    public long EarliestNs => _none - SlackNs;

    /// <summary>There is none at this moment.</summary>
    public void NoteNone() => _none = Now();

    private static long Now() => Stopwatch.GetTimestamp() * (NanosecondsPerSecond / Stopwatch.Frequency);
}

using System.Diagnostics;

namespace Popcorn.Node.Moves;

/// <summary>Stop watch of one move: each phase ends where the next begins.</summary>
public sealed class MoveClock
{
    private long _mark = Stopwatch.GetTimestamp();

    public double StartMs { get; set; }

    public double PreCopyMs { get; set; }

    public double ParkMs { get; set; }

    public double CaptureMs { get; set; }

    public double TransformMs { get; set; }

    public double TransferMs { get; set; }

    public double RestoreMs { get; set; }

    /// <summary>When every thread was parked.</summary>
    public long ParkedAt { get; set; }

    public double DowntimeMs { get; set; }

    /// <summary>Bytes of memory written to the targets while the program stood still.</summary>
    public long StillBytes { get; set; }

    /// <summary>Milliseconds since the last call.</summary>
    public double Lap()
    {
        long now = Stopwatch.GetTimestamp();
        double lap = Stopwatch.GetElapsedTime(_mark, now).TotalMilliseconds;
        _mark = now;
        return lap;
    }
}

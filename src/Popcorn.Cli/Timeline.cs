using System.Globalization;
using Popcorn.Core;
using Popcorn.Node.Agents;
using Popcorn.Wire.Agent;

namespace Popcorn.Cli;

/// <summary>Words for what a supervisor reports. Everything goes to standard error: standard output is the
/// program's.</summary>
internal static class Timeline
{
    public static void Report(SupervisorEvent happened, bool verbose)
    {
        string? line = happened switch
        {
            SupervisorEvent.MoveFailed failed =>
                $"the program stays where it is: cannot move it to {failed.Target.Name()}: {failed.Reason}",
            SupervisorEvent.Unreachable unreachable => $"nobody can move or list this program: {unreachable.Reason}",
            SupervisorEvent.Started started when verbose => $"process {started.Pid} runs on {started.Host.Label}",
            SupervisorEvent.Moved moved when verbose => Describe(moved.Report),
            _ => null,
        };
        if (line is not null)
            Console.Error.WriteLine($"popcorn: {line}");
    }

    /// <summary>One line for one move.</summary>
    public static string Describe(MoveReport move) => string.Create(
        CultureInfo.InvariantCulture,
        $"move {move.Number}: {move.Source} -> {move.Target}{(move.TargetEmulated ? " (emulated)" : "")}, " +
        $"{(move.Processes > 1 ? $"{move.Processes} processes, " : "")}" +
        $"{move.Frames} frames, {Size(move.MemoryBytes)} ({Size(move.StillBytes)} of it standing still), " +
        $"parked in {move.ParkMs:0.0} ms, " +
        $"down {move.DowntimeMs:0.0} ms (transform {move.TransformMs:0.00}, capture {move.CaptureMs:0.0}, " +
        $"transfer {move.TransferMs:0.0}, restore {move.RestoreMs:0.0})");

    public static string Size(long bytes) => bytes switch
    {
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0} KiB"),
        < 1 << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824.0:0.00} GiB"),
    };
}

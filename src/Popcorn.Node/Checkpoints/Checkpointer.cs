using Popcorn.Node.Agents;
using Popcorn.Node.Moves;
using Popcorn.Node.Processes;
using Popcorn.Node.Programs;
using Popcorn.Wire.Agent;

namespace Popcorn.Node.Checkpoints;

/// <summary>Saves a running program to a file. It goes on afterwards, unless it is told to stop and the file is safely
/// on disk.</summary>
public static class Checkpointer
{
    public static CheckpointReport Take(
        ProgramFiles program, ProgramProcess process, SupervisorOptions options, string path, bool stop)
    {
        ArgumentNullException.ThrowIfNull(process);
        ArgumentNullException.ThrowIfNull(options);
        IReadOnlyList<string> obstacles = DescriptorRules.FindObstacles(process);
        if (obstacles.Count > 0)
            throw new MoveException(MovePhase.Check, string.Join("; ", obstacles)) { Obstacles = obstacles };
        // Opened first: an unwritable place is found out before the program is touched.
        using ImageWriter writer = new(path);
        _ = program.Load(process.Isa);
        MoveClock clock = new();
        using Parking parking = Parking.Of(process, options.Limits.Park);
        double parkMs = clock.Lap();
        if (parking.Outcome == ParkOutcome.Ended)
            throw new MoveException(MovePhase.Park, "the program has ended") { SourceEnded = true };
        if (parking.Outcome == ParkOutcome.TimedOut)
            throw new MoveException(MovePhase.Park, parking.Why);
        using ProcessCapture capture = new(program, process);
        CapturedProcess captured = capture.ReadRest(capture.ReadThreads());
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        writer.WriteState(program, process, captured, capture.Memory, options.Command, now);
        if (!stop)
            parking.Dispose();
        double downtimeMs = clock.Lap();
        writer.Finish();
        if (stop)
        {
            _ = process.Destroy();
            parking.Forget();
        }
        return new CheckpointReport(
            path, writer.FileBytes, writer.MemoryBytes, captured.Threads.Count, captured.Frames, parkMs, downtimeMs,
            stop);
    }
}

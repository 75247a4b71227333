using Popcorn.Core;
using Popcorn.Node.Processes;

namespace Popcorn.Node.Moves;

/// <summary>Steps of a move or checkpoint, for messages.</summary>
public enum MovePhase
{
    Check,
    StartTarget,
    Park,
    Capture,
    Transfer,
    Restore,
    Commit,
}

/// <summary>
/// A move that did not happen; the source has been released and goes on (unless <see cref="SourceEnded"/>).
/// </summary>
public sealed class MoveException : PopcornException
{
    public MoveException()
    {
    }

    public MoveException(string message)
        : base(message)
    {
    }

    public MoveException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public MoveException(MovePhase phase, string reason)
        : base(reason) => Phase = phase;

    public MoveException(MovePhase phase, string reason, Exception innerException)
        : base(reason, innerException) => Phase = phase;

    /// <summary>Refuses what something stands in the way of, before anything is touched.</summary>
    public static void ThrowIfAny(IReadOnlyList<string> obstacles)
    {
        ArgumentNullException.ThrowIfNull(obstacles);
        if (obstacles.Count > 0)
            throw new MoveException(MovePhase.Check, string.Join("; ", obstacles)) { Obstacles = obstacles };
    }

    /// <summary>Refuses what could not be parked.</summary>
    public static void ThrowIfRuns(Parking parking)
    {
        ArgumentNullException.ThrowIfNull(parking);
        if (parking.Outcome == ParkOutcome.Ended)
            throw new MoveException(MovePhase.Park, "the program has ended") { SourceEnded = true };
        if (parking.Outcome == ParkOutcome.TimedOut)
            throw new MoveException(MovePhase.Park, parking.Why);
    }

    public MovePhase Phase { get; }

    /// <summary>What was in the way, for <see cref="MovePhase.Check"/>.</summary>
    public IReadOnlyList<string> Obstacles { get; init; } = [];

    /// <summary>The program ended by itself meanwhile: there is nothing to move.</summary>
    public bool SourceEnded { get; init; }
}

using System.Diagnostics;
using Popcorn.Node.Processes;

namespace Popcorn.Node.Moves;

/// <summary>
/// A program parked where nothing stands in the way of what is to be done with it, and its processes: nobody starts,
/// ends or executes anything while it lasts. Disposing lets the program go on, unless it had parked by itself.
/// </summary>
public sealed class Standstill : IDisposable
{
    /// <summary>How long the program goes on before it is parked again: shorter than the moments in which nothing is in
    /// the way, or all of them might be stepped over.</summary>
    private static readonly TimeSpan s_betweenParks = TimeSpan.FromMilliseconds(1);

    private readonly Parking _parking;

    private Standstill(Parking parking, IReadOnlyList<TreeNode> nodes)
    {
        _parking = parking;
        Nodes = nodes;
    }

    public IReadOnlyList<TreeNode> Nodes { get; }

    /// <summary>
    /// Parks the program. What passes, such as the locks of a transaction, is waited for: the program goes on for a
    /// moment and is parked again. Throws <see cref="MoveException"/> when it does not park, or not without obstacles.
    /// </summary>
    /// <param name="clock">Gets the time of the parking that counts.</param>
    /// <param name="except">A child of ours that is no part of the program.</param>
    /// <param name="find">What stands in the way, given the parked processes.</param>
    public static Standstill Reach(
        ProcessTree tree, MoveLimits limits, MoveClock clock, int? except,
        Func<IReadOnlyList<TreeNode>, IReadOnlyList<Obstacle>> find)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(find);
        long start = Stopwatch.GetTimestamp();
        Parking parking = Parking.Of(tree, limits.Park);
        try
        {
            while (true)
            {
                clock.ParkMs = clock.Lap();
                clock.ParkedAt = Stopwatch.GetTimestamp();
                MoveException.ThrowIfRuns(parking);
                IReadOnlyList<TreeNode> nodes = tree.Read(except);
                IReadOnlyList<Obstacle> obstacles = find(nodes);
                if (obstacles.Count == 0)
                    return new Standstill(parking, nodes);
                bool isOver = Stopwatch.GetElapsedTime(start) >= ObstacleFinder.Patience;
                if (isOver || obstacles.Any(o => !o.Passes))
                    MoveException.ThrowIfAny(Obstacle.Sentences(obstacles));
                parking.Renew(s_betweenParks, limits.Park);
            }
        }
        catch
        {
            parking.Dispose();
            throw;
        }
    }

    /// <inheritdoc cref="Parking.Forget"/>
    public void Forget() => _parking.Forget();

    public void Dispose() => _parking.Dispose();
}

using Popcorn.Core;

namespace Popcorn.Node.Agents;

/// <summary>
/// Moves the program makes by itself: at each K-th migration point, or at given ones, each time to the next ISA of a
/// ring.
/// </summary>
public sealed class MoveSchedule
{
    private readonly IReadOnlyList<Isa> _ring;
    private readonly double _growth;
    private readonly Queue<ulong> _points;
    private readonly int _movesMax;
    private double _every;
    private ulong _passed;
    private int _moves;
    private int _position = -1;

    private MoveSchedule(
        IReadOnlyList<Isa> ring, ulong every, double growth, IReadOnlyList<ulong> points, int movesMax)
    {
        _growth = growth;
        _ring = ring;
        _every = every;
        _points = new Queue<ulong>(points.Order());
        _movesMax = movesMax;
    }

    public static MoveSchedule None { get; } = new([], 0, 1, [], 0);

    /// <summary>The program may park by itself: a countdown may be running although no further one follows.</summary>
    public bool IsActive => _ring.Count > 0;

    public IReadOnlyList<Isa> Ring => _ring;

    /// <summary>A move every so many points.</summary>
    /// <param name="growth">How much longer each stretch is than the one before, at least 1.</param>
    public static MoveSchedule Every(ulong points, IReadOnlyList<Isa> ring, int movesMax, double growth = 1) =>
        new(ring, points, growth, [], movesMax);

    /// <summary>One move at each of these points, counted from the program's start.</summary>
    public static MoveSchedule At(IReadOnlyList<ulong> points, IReadOnlyList<Isa> ring, int movesMax) =>
        new(ring, 0, 1, points, movesMax);

    /// <summary>Points until the next move; 0 when there is none. Each call begins a new stretch.</summary>
    public ulong NextCountdown()
    {
        if (_ring.Count == 0 || _moves >= _movesMax)
            return 0;
        _moves++;
        if (_every != 0)
        {
            ulong points = (ulong)_every;
            // Beyond this no program lives to see the next move.
            _every = Math.Min(_every * _growth, long.MaxValue / 2);
            return points;
        }
        while (_points.TryDequeue(out ulong point))
        {
            if (point <= _passed)
                continue;
            ulong stretch = point - _passed;
            _passed = point;
            return stretch;
        }
        return 0;
    }

    /// <summary>
    /// The ISA after the current one in the ring; the first one when the ring lacks it. A ring may name an ISA twice,
    /// so the place in it is remembered.
    /// </summary>
    public Isa NextIsa(Isa current)
    {
        if (_position < 0 || _ring[_position] != current)
            _position = IndexOf(current);
        _position = (_position + 1) % _ring.Count;
        return _ring[_position];
    }

    private int IndexOf(Isa isa)
    {
        for (int i = 0; i < _ring.Count; i++)
        {
            if (_ring[i] == isa)
                return i;
        }
        return -1;
    }
}

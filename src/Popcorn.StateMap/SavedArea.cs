using Popcorn.Architecture;

namespace Popcorn.StateMap;

/// <summary>
/// Where a migration point's code keeps what is live while it calls <c>__pop_park</c> (contracts, section 3): one value
/// after the other in 8-byte slots, downwards from the data-stack pointer. The pointer stays where it is as long as all
/// of them fit into the red zone that signal handlers leave alone below it; else it is lowered below them first.
/// </summary>
public sealed class SavedArea
{
    private const long SlotBytes = 8;
    private const long PointerAlignment = 16;

    private readonly long[] _offsets;

    /// <param name="sizes">Bytes of each value.</param>
    public SavedArea(IEnumerable<long> sizes)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        List<long> offsets = [];
        foreach (long size in sizes)
        {
            Bytes += AlignUp(size, SlotBytes);
            offsets.Add(-Bytes);
        }
        _offsets = [.. offsets];
        LoweredBytes = Bytes <= ThreadLayout.RedZoneBytes ? 0 : AlignUp(Bytes, PointerAlignment);
    }

    public long Bytes { get; }

    /// <summary>By how much the pointer is lower during the call; 0 if the red zone suffices.</summary>
    public long LoweredBytes { get; }

    /// <summary>Of each value, from the pointer as it is before and after the call.</summary>
    public IReadOnlyList<long> Offsets => _offsets;

    /// <summary>Of the lowest value, from the pointer as it is during the call.</summary>
    public long Lowest => LoweredBytes - Bytes;

    private static long AlignUp(long bytes, long alignment) => (bytes + alignment - 1) & -alignment;
}

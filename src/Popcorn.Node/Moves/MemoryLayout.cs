using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Wire.Control;
using Popcorn.Wire.Restore;

namespace Popcorn.Node.Moves;

/// <summary>Where a program has private anonymous memory, and how much of it the kernel reserves.</summary>
public sealed class MemoryLayout
{
    private readonly List<PageRange> _reserved = [];
    private readonly List<PageRange> _unreserved = [];

    public MemoryLayout(IReadOnlyList<ArenaEntry> mappings)
    {
        ArgumentNullException.ThrowIfNull(mappings);
        foreach (ArenaEntry mapping in mappings.Where(IsAnonymous))
        {
            bool reserve = (mapping.Traits & MappingTraits.NoReserve) == 0;
            (reserve ? _reserved : _unreserved).Add(new PageRange(mapping.Start, mapping.End));
        }
    }

    public static MemoryLayout None { get; } = new([]);

    public static bool IsAnonymous(ArenaEntry mapping) => !mapping.IsFile && !mapping.IsShared;

    /// <summary>What can be left as it is when this takes the place of an earlier layout.</summary>
    public IReadOnlyList<PageRange> Kept(MemoryLayout earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        return
        [
            .. Kept(_reserved, earlier._reserved)
                .Concat(Kept(_unreserved, earlier._unreserved))
                .OrderBy(r => r.Start),
        ];
    }

    /// <summary>Makes it out of an earlier one: what is kept has its contents, the rest is zero.</summary>
    public void Replace(MemoryLayout earlier, FieldWriter frames)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        IEnumerable<PageRange> gone = PageRanges.Subtract(earlier._reserved, _reserved)
            .Concat(PageRanges.Subtract(earlier._unreserved, _unreserved));
        foreach (PageRange range in gone)
            RestoreScript.Unmap(frames, range);
        Map(frames, PageRanges.Subtract(_reserved, Kept(_reserved, earlier._reserved)), flags: 0);
        Map(
            frames, PageRanges.Subtract(_unreserved, Kept(_unreserved, earlier._unreserved)),
            RestoreScriptWriter.MapNoReserve);
    }

    private static void Map(FieldWriter frames, List<PageRange> ranges, uint flags)
    {
        foreach (PageRange range in ranges)
            RestoreScriptWriter.Map(frames, range.Start, range.Bytes, RestoreScript.ReadWrite, flags);
    }

    /// <summary>
    /// Each mapping must be one to the kernel too, or mremap refuses it, and the kernel does not join two that both
    /// hold pages. So of a mapping one range at most is kept; and of one that touches another all or nothing, for what
    /// is mapped between two that hold pages may be joined to the wrong one.
    /// </summary>
    private static List<PageRange> Kept(List<PageRange> mappings, List<PageRange> earlier)
    {
        List<PageRange> kept = [];
        List<PageRange> common = PageRanges.Intersect(mappings, PageRanges.Join(earlier));
        int next = 0;
        for (int i = 0; i < mappings.Count; i++)
        {
            PageRange mapping = mappings[i];
            PageRange largest = default;
            for (; next < common.Count && common[next].Start < mapping.End; next++)
            {
                if (common[next].Bytes > largest.Bytes)
                    largest = common[next];
            }
            bool touches = (i > 0 && mappings[i - 1].End == mapping.Start)
                || (i + 1 < mappings.Count && mappings[i + 1].Start == mapping.End);
            if (largest.Bytes > 0 && (!touches || largest == mapping))
                kept.Add(largest);
        }
        return kept;
    }
}

namespace Popcorn.Linux;

/// <summary>Lists of ranges that ascend and do not overlap, taken as sets of addresses. So are the results.</summary>
public static class PageRanges
{
    /// <summary>What is in both.</summary>
    public static List<PageRange> Intersect(IReadOnlyList<PageRange> ranges, IReadOnlyList<PageRange> others)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        ArgumentNullException.ThrowIfNull(others);
        List<PageRange> common = [];
        int next = 0;
        foreach (PageRange range in ranges)
        {
            while (next < others.Count && others[next].End <= range.Start)
                next++;
            for (int i = next; i < others.Count && others[i].Start < range.End; i++)
                common.Add(new PageRange(Math.Max(range.Start, others[i].Start), Math.Min(range.End, others[i].End)));
        }
        return common;
    }

    /// <summary>What is in the first and not in the second.</summary>
    public static List<PageRange> Subtract(IReadOnlyList<PageRange> ranges, IReadOnlyList<PageRange> others)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        List<PageRange> rest = [];
        List<PageRange> common = Intersect(ranges, others);
        int next = 0;
        foreach (PageRange range in ranges)
        {
            ulong start = range.Start;
            for (; next < common.Count && common[next].Start < range.End; next++)
            {
                if (common[next].Start > start)
                    rest.Add(new PageRange(start, common[next].Start));
                start = common[next].End;
            }
            if (start < range.End)
                rest.Add(new PageRange(start, range.End));
        }
        return rest;
    }

    /// <summary>What is in either.</summary>
    public static List<PageRange> Unite(IReadOnlyList<PageRange> ranges, IReadOnlyList<PageRange> others) =>
        Join([.. ranges.Concat(Subtract(others, ranges)).OrderBy(r => r.Start)]);

    /// <summary>The same with those that touch made one.</summary>
    public static List<PageRange> Join(IReadOnlyList<PageRange> ranges)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        List<PageRange> joined = [];
        foreach (PageRange range in ranges)
            Append(joined, range);
        return joined;
    }

    /// <summary>Adds a range behind all others, to the last one when they touch.</summary>
    public static void Append(List<PageRange> ranges, PageRange range)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        if (ranges.Count > 0 && ranges[^1].End == range.Start)
            ranges[^1] = new PageRange(ranges[^1].Start, range.End);
        else
            ranges.Add(range);
    }

    public static long Bytes(IEnumerable<PageRange> ranges) => ranges.Sum(r => (long)r.Bytes);
}

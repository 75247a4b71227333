using Popcorn.Linux;
using Popcorn.Node.Moves;
using Popcorn.Wire.Control;

namespace Popcorn.Node.Tests;

/// <summary>Sets of pages, against the same done page by page.</summary>
public class PageRangesTests
{
    private const int Pages = 60;

    [Fact]
    public void IntersectAndSubtract_AreThoseOfSets()
    {
        Random random = new(7);
        for (int round = 0; round < 2000; round++)
        {
            List<PageRange> one = Any(random);
            List<PageRange> other = Any(random);

            List<PageRange> both = PageRanges.Intersect(one, other);
            List<PageRange> rest = PageRanges.Subtract(one, other);

            Assert.Equal(Members(one).Intersect(Members(other)).Order(), Members(both));
            Assert.Equal(Members(one).Except(Members(other)).Order(), Members(rest));
            Assert.Equal(Members(one).Count(), PageRanges.Bytes(both) + PageRanges.Bytes(rest));
        }
    }

    [Fact]
    public void Layouts_KeepWhatIsReservedAlike()
    {
        MemoryLayout before = new([Mapping(0, 4), Mapping(4, 4, MappingTraits.NoReserve), Mapping(9, 3)]);
        MemoryLayout after = new(
            [Mapping(1, 5), Mapping(6, 1, MappingTraits.NoReserve), Mapping(9, 3, MappingTraits.File)]);

        Assert.Equal([Range(1, 3), Range(6, 1)], after.Kept(before));
    }

    [Fact]
    public void Layouts_KeepTheLargestRangeOfAMapping()
    {
        MemoryLayout before = new([Mapping(0, 2), Mapping(4, 2), Mapping(6, 1), Mapping(9, 1)]);
        MemoryLayout after = new([Mapping(0, 10), Mapping(12, 1)]);

        Assert.Equal([Range(4, 3)], after.Kept(before));
    }

    [Fact]
    public void Layouts_KeepAllOrNothingOfMappingsThatTouch()
    {
        MemoryLayout before = new([Mapping(0, 10), Mapping(20, 10)]);
        MemoryLayout after = new([Mapping(0, 8), Mapping(8, 14), Mapping(22, 8)]);

        Assert.Equal([Range(0, 8), Range(22, 8)], after.Kept(before));
    }

    private static ArenaEntry Mapping(ulong page, ulong pages, MappingTraits traits = MappingTraits.None) =>
        new(Range(page, pages).Start, Range(page, pages).Bytes, Protection: 3, traits, FileOffset: 0);

    private static PageRange Range(ulong page, ulong pages)
    {
        ulong start = ProgramAddresses.ArenaStart + page * ProgramAddresses.PageBytes;
        return new PageRange(start, start + pages * ProgramAddresses.PageBytes);
    }

    private static List<PageRange> Any(Random random)
    {
        List<PageRange> ranges = [];
        ulong start = (ulong)random.Next(4);
        while (start < Pages && random.Next(8) != 0)
        {
            ulong end = Math.Min(Pages, start + 1 + (ulong)random.Next(6));
            ranges.Add(new PageRange(start, end));
            start = end + (ulong)random.Next(5);
        }
        return ranges;
    }

    private static IEnumerable<ulong> Members(IEnumerable<PageRange> ranges)
    {
        foreach (PageRange range in ranges)
        {
            for (ulong page = range.Start; page < range.End; page++)
                yield return page;
        }
    }
}

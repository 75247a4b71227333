using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Popcorn.Linux;

/// <summary>A range of a process's addresses, page-aligned, end exclusive.</summary>
public readonly record struct PageRange(ulong Start, ulong End)
{
    public ulong Bytes => End - Start;
}

/// <summary>
/// Which anonymous pages of another process hold data: those in memory or in swap that are neither the kernel's zero
/// page nor an unmodified page of a file. Owns a descriptor of <c>/proc/PID/pagemap</c>.
/// </summary>
public sealed class PresentPages : IDisposable
{
    public const int PageBytes = 4096;

    // Documentation/admin-guide/mm/pagemap.rst.
    private const ulong EntryPresent = 1UL << 63;
    private const ulong EntrySwapped = 1UL << 62;
    private const ulong EntryFile = 1UL << 61;

    private readonly SafeFileHandle _pagemap;
    private bool _scanUnsupported;

    public PresentPages(int pid) => _pagemap = PageScan.Open(pid);

    /// <summary>For tests: use the old interface even where PAGEMAP_SCAN (kernel 6.7) is there.</summary>
    public bool ReadEntriesOnly { get; init; }

    /// <summary>Appends the ranges within the given one, in order, adjacent ones merged.</summary>
    public void Find(PageRange within, List<PageRange> found)
    {
        ArgumentNullException.ThrowIfNull(found);
        if (!ReadEntriesOnly && !_scanUnsupported && PageScan.TryFind(_pagemap, within, PageCategories.Data, found))
            return;
        _scanUnsupported = true;
        ReadEntries(within, found);
    }

    public void Dispose() => _pagemap.Dispose();

    private void ReadEntries(PageRange within, List<PageRange> found)
    {
        byte[] entries = new byte[64 * 1024];
        ulong page = within.Start / PageBytes;
        ulong endPage = within.End / PageBytes;
        while (page < endPage)
        {
            int wanted = (int)Math.Min((ulong)entries.Length / 8, endPage - page);
            int count = RandomAccess.Read(_pagemap, entries.AsSpan(0, wanted * 8), (long)(page * 8)) / 8;
            if (count == 0)
                return;
            for (int i = 0; i < count; i++)
            {
                ulong entry = BinaryPrimitives.ReadUInt64LittleEndian(entries.AsSpan(i * 8));
                if ((entry & (EntryPresent | EntrySwapped)) != 0 && (entry & EntryFile) == 0)
                {
                    ulong start = (page + (ulong)i) * PageBytes;
                    PageRanges.Append(found, new PageRange(start, start + PageBytes));
                }
            }
            page += (ulong)count;
        }
    }
}

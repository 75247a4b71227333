using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Popcorn.Linux.Libc;

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
public sealed unsafe class PresentPages : IDisposable
{
    public const int PageBytes = 4096;

    // linux/fs.h, PAGE_IS_*.
    private const ulong CategoryFile = 1 << 2;
    private const ulong CategoryPresent = 1 << 3;
    private const ulong CategorySwapped = 1 << 4;
    private const ulong CategoryZero = 1 << 5;

    // Documentation/admin-guide/mm/pagemap.rst.
    private const ulong EntryPresent = 1UL << 63;
    private const ulong EntrySwapped = 1UL << 62;
    private const ulong EntryFile = 1UL << 61;

    private const int RegionsMax = 32;

    private readonly SafeFileHandle _pagemap;
    private bool _scanUnsupported;

    public PresentPages(int pid)
    {
        int fd = Fcntl.Open($"/proc/{pid}/pagemap", Fcntl.ReadOnly | Fcntl.OpenCloexec, 0);
        if (fd < 0)
            throw new LinuxCallException("open", Marshal.GetLastPInvokeError(), $"cannot open /proc/{pid}/pagemap");
        _pagemap = new SafeFileHandle(fd, ownsHandle: true);
    }

    /// <summary>For tests: use the old interface even where PAGEMAP_SCAN (kernel 6.7) is there.</summary>
    public bool ReadEntriesOnly { get; init; }

    /// <summary>Appends the ranges within the given one, in order, adjacent ones merged.</summary>
    public void Find(PageRange within, List<PageRange> found)
    {
        ArgumentNullException.ThrowIfNull(found);
        if (!ReadEntriesOnly && !_scanUnsupported && TryScan(within, found))
            return;
        ReadEntries(within, found);
    }

    public void Dispose() => _pagemap.Dispose();

    private bool TryScan(PageRange within, List<PageRange> found)
    {
        // 24 bytes a region: below 1 KiB of stack.
        PageRegion* regions = stackalloc PageRegion[RegionsMax];
        ulong start = within.Start;
        while (start < within.End)
        {
            PagemapScanArgument scan = new()
            {
                Size = (ulong)sizeof(PagemapScanArgument),
                Start = start,
                End = within.End,
                Vector = (ulong)regions,
                VectorLength = RegionsMax,
                CategoryInverted = CategoryFile | CategoryZero,
                CategoryMask = CategoryFile | CategoryZero,
                CategoryAnyOfMask = CategoryPresent | CategorySwapped,
                ReturnMask = CategoryPresent,
            };
            // SAFETY: the kernel writes at most RegionsMax regions into the stack buffer above.
            int count = SysIoctl.Ioctl((int)_pagemap.DangerousGetHandle(), SysIoctl.PagemapScan, &scan);
            if (count < 0)
            {
                int errno = Marshal.GetLastPInvokeError();
                if (start != within.Start || errno is not (Errno.NoTty or Errno.Invalid))
                    throw new LinuxCallException("ioctl(PAGEMAP_SCAN)", errno, $"cannot scan pages at 0x{start:x}");
                _scanUnsupported = true;
                return false;
            }
            for (int i = 0; i < count; i++)
                PageRanges.Append(found, new PageRange(regions[i].Start, regions[i].End));
            // WalkEnd is where the walk stopped: the end, or where the vector was full.
            if (scan.WalkEnd <= start)
                break;
            start = scan.WalkEnd;
        }
        return true;
    }

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

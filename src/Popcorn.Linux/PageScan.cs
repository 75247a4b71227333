using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Popcorn.Linux.Libc;

namespace Popcorn.Linux;

/// <summary>Which pages of those in memory or in swap a scan is to find, by the PAGE_IS bits of linux/fs.h.</summary>
internal readonly record struct PageCategories(ulong Required, ulong Forbidden)
{
    private const ulong Written = 1 << 1;
    private const ulong File = 1 << 2;
    private const ulong Zero = 1 << 5;

    /// <summary>Anonymous ones that are not the kernel's zero page.</summary>
    public static PageCategories Data { get; } = new(0, File | Zero);

    /// <summary>Of those, the ones that are not protected against writing, or not any more.</summary>
    public static PageCategories WrittenData { get; } = new(Written, File | Zero);

    /// <summary>Of those, the ones that have not been written since they were protected.</summary>
    public static PageCategories UnwrittenData { get; } = new(0, File | Zero | Written);
}

/// <summary>PAGEMAP_SCAN (kernel 6.7; Documentation/admin-guide/mm/pagemap.rst) on <c>/proc/PID/pagemap</c>.</summary>
internal static unsafe class PageScan
{
    private const ulong Present = 1 << 3;
    private const ulong Swapped = 1 << 4;

    private const ulong ProtectMatching = 1; // PM_SCAN_WP_MATCHING

    /// <summary>24 bytes a region: 3 KiB of stack.</summary>
    private const int RegionsMax = 128;

    public static SafeFileHandle Open(int pid)
    {
        int fd = Fcntl.Open($"/proc/{pid}/pagemap", Fcntl.ReadOnly | Fcntl.OpenCloexec, 0);
        if (fd < 0)
            throw new LinuxCallException("open", Marshal.GetLastPInvokeError(), $"cannot open /proc/{pid}/pagemap");
        return new SafeFileHandle(fd, ownsHandle: true);
    }

    /// <summary>Appends the ranges of such pages within the given one, in order, adjacent ones merged. False, with
    /// nothing appended, when the kernel has no such call.</summary>
    public static bool TryFind(
        SafeFileHandle pagemap, PageRange within, PageCategories categories, List<PageRange> found)
    {
        int errno = Scan(pagemap, within, categories, flags: 0, found);
        return errno == 0 || (errno is Errno.NoTty or Errno.Invalid ? false : throw Failure(errno, within));
    }

    /// <summary>The same, and protects the pages against being written unnoticed, in the same step. What is not
    /// registered for that is passed over.</summary>
    public static void FindAndProtect(
        SafeFileHandle pagemap, PageRange within, PageCategories categories, List<PageRange> found)
    {
        int errno = Scan(pagemap, within, categories, ProtectMatching, found);
        if (errno != 0)
            throw Failure(errno, within);
    }

    private static LinuxCallException Failure(int errno, PageRange within) =>
        new("ioctl(PAGEMAP_SCAN)", errno, $"cannot scan pages at 0x{within.Start:x}");

    private static int Scan(
        SafeFileHandle pagemap, PageRange within, PageCategories categories, ulong flags, List<PageRange> found)
    {
        PageRegion* regions = stackalloc PageRegion[RegionsMax];
        ulong start = within.Start;
        while (start < within.End)
        {
            PagemapScanArgument scan = new()
            {
                Size = (ulong)sizeof(PagemapScanArgument),
                Flags = flags,
                Start = start,
                End = within.End,
                Vector = (ulong)regions,
                VectorLength = RegionsMax,
                CategoryInverted = categories.Forbidden,
                CategoryMask = categories.Required | categories.Forbidden,
                CategoryAnyOfMask = Present | Swapped,
                ReturnMask = Present,
            };
            // SAFETY: the kernel writes at most RegionsMax regions into the stack buffer above.
            int count = SysIoctl.Ioctl(pagemap.Number(), SysIoctl.PagemapScan, &scan);
            if (count < 0)
            {
                // A process that has ended has no pages.
                int errno = Marshal.GetLastPInvokeError();
                return errno == Errno.NoProcess ? 0 : errno;
            }
            for (int i = 0; i < count; i++)
                PageRanges.Append(found, new PageRange(regions[i].Start, regions[i].End));
            // WalkEnd is where the walk stopped: the end, or where the vector was full.
            if (scan.WalkEnd <= start)
                break;
            start = scan.WalkEnd;
        }
        return 0;
    }
}

using System.Runtime.InteropServices;

namespace Popcorn.Linux.Libc;

/// <summary>sys/ioctl.h and the one request used: PAGEMAP_SCAN of linux/fs.h (kernel 6.7).</summary>
internal static unsafe partial class SysIoctl
{
    // _IOWR('f', 16, struct pm_scan_arg), a struct of 96 bytes.
    public const nuint PagemapScan = 0xc0606610;

    [LibraryImport(Library.C, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Ioctl(int fd, nuint request, PagemapScanArgument* argument);
}

/// <summary><c>struct pm_scan_arg</c>.</summary>
internal struct PagemapScanArgument
{
    public ulong Size;
    public ulong Flags;
    public ulong Start;
    public ulong End;
    public ulong WalkEnd;
    public ulong Vector;
    public ulong VectorLength;
    public ulong PagesMax;
    public ulong CategoryInverted;
    public ulong CategoryMask;
    public ulong CategoryAnyOfMask;
    public ulong ReturnMask;
}

// The kernel assigns the fields.
#pragma warning disable CS0649

/// <summary><c>struct page_region</c>.</summary>
internal struct PageRegion
{
    public ulong Start;
    public ulong End;
    public ulong Categories;
}

using System.Runtime.InteropServices;

namespace Popcorn.Linux.Libc;

/// <summary>sys/ioctl.h and the requests used, PAGEMAP_SCAN of linux/fs.h (kernel 6.7) among them.</summary>
internal static unsafe partial class SysIoctl
{
    // _IOWR('f', 16, struct pm_scan_arg), a struct of 96 bytes.
    public const nuint PagemapScan = 0xc0606610;

    // linux/userfaultfd.h: UFFDIO_API, UFFDIO_REGISTER.
    public const nuint UserfaultHandshake = 0xc018aa3f;
    public const nuint UserfaultRegister = 0xc020aa00;

    // asm-generic/ioctls.h.
    public const nuint GetTerminalModes = 0x5401;
    public const nuint SetTerminalModes = 0x5402;
    public const nuint GetWindowSize = 0x5413;
    public const nuint SetWindowSize = 0x5414;
    public const nuint BytesReadable = 0x541b;
    public const nuint BytesUnconfirmed = 0x5411; // SIOCOUTQ
    public const nuint BytesUnsent = 0x894b; // SIOCOUTQNSD
    public const nuint TerminalNumber = 0x80045430;
    public const nuint TerminalDevice = 0x80045432;
    public const nuint GetPacketMode = 0x80045438; // TIOCGPKT
    public const nuint SetPacketMode = 0x5420; // TIOCPKT
    public const nuint UnlockTerminal = 0x40045431;
    public const nuint OpenTerminalPeer = 0x5441;

    // linux/timerfd.h: TFD_IOC_SET_TICKS, _IOW('T', 0, __u64).
    public const nuint SetTimerTicks = 0x40085400;

    [LibraryImport(Library.C, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Ioctl(int fd, nuint request, PagemapScanArgument* argument);

    [LibraryImport(Library.C, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Ioctl(int fd, nuint request, UserfaultApi* argument);

    [LibraryImport(Library.C, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Ioctl(int fd, nuint request, UserfaultRegister* argument);

    [LibraryImport(Library.C, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int IoctlBytes(int fd, nuint request, byte* argument);

    [LibraryImport(Library.C, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int IoctlNumber(int fd, nuint request, nint argument);
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

/// <summary><c>struct uffdio_api</c>.</summary>
internal struct UserfaultApi
{
    public ulong Api;
    public ulong Features;
    public ulong Requests;
}

/// <summary><c>struct uffdio_register</c>.</summary>
internal struct UserfaultRegister
{
    public ulong Start;
    public ulong Bytes;
    public ulong Mode;
    public ulong Requests;
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

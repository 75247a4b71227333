using Microsoft.Win32.SafeHandles;
using Popcorn.Linux.Libc;

namespace Popcorn.Linux;

/// <summary>
/// Tells which pages of another process are written while it runs: asynchronous write protection (userfaultfd(2),
/// UFFD_FEATURE_WP_ASYNC, and PAGEMAP_SCAN; kernel 6.7). The first write to a protected page costs the process a minor
/// fault and is noted by the kernel, whoever writes; nobody waits. Disposing takes all protection back.
/// </summary>
public sealed unsafe class WriteTracker : IDisposable
{
    // linux/userfaultfd.h.
    private const ulong ApiVersion = 0xaa;
    private const ulong FeatureWriteProtectAsync = 1 << 15;
    private const ulong RegisterWriteProtect = 2;

    private readonly SafeFileHandle _userfaultfd;
    private readonly SafeFileHandle _pagemap;

    private WriteTracker(SafeFileHandle userfaultfd, SafeFileHandle pagemap)
    {
        _userfaultfd = userfaultfd;
        _pagemap = pagemap;
    }

    /// <summary>Null where the kernel cannot do it, or the process does something of the kind itself.</summary>
    /// <param name="userfaultfd">A fresh one of that process; it is ours from here on.</param>
    /// <param name="ranges">Mappings of its own. What it maps later counts as written.</param>
    public static WriteTracker? TryBegin(SafeFileHandle userfaultfd, int pid, IReadOnlyList<PageRange> ranges)
    {
        ArgumentNullException.ThrowIfNull(userfaultfd);
        ArgumentNullException.ThrowIfNull(ranges);
        SafeFileHandle? pagemap = null;
        try
        {
            pagemap = PageScan.Open(pid);
            UserfaultApi api = new() { Api = ApiVersion, Features = FeatureWriteProtectAsync };
            // SAFETY: the kernel reads and writes one such struct, which lies on our stack.
            bool works = SysIoctl.Ioctl(userfaultfd.Number(), SysIoctl.UserfaultHandshake, &api) == 0
                && ranges.All(r => TryRegister(userfaultfd, r));
            if (works)
                return new WriteTracker(userfaultfd, pagemap);
        }
        catch (LinuxCallException)
        {
            // It has ended.
        }
        userfaultfd.Dispose();
        pagemap?.Dispose();
        return null;
    }

    /// <summary>Pages within the ranges that hold data and have been written since the last call; all of them the first
    /// time.</summary>
    public IReadOnlyList<PageRange> TakeWritten(IReadOnlyList<PageRange> within) =>
        Find(within, PageCategories.WrittenData);

    /// <summary>
    /// Pages within the ranges that hold data and have not been written since <see cref="TakeWritten"/> told of them.
    /// They are protected already; a scan that protects passes over mappings that are not registered any more, to
    /// which some kernels take the marks of moved pages along.
    /// </summary>
    public IReadOnlyList<PageRange> FindUnwritten(IReadOnlyList<PageRange> within) =>
        Find(within, PageCategories.UnwrittenData);

    public void Dispose()
    {
        _userfaultfd.Dispose();
        _pagemap.Dispose();
    }

    private List<PageRange> Find(IReadOnlyList<PageRange> within, PageCategories categories)
    {
        ArgumentNullException.ThrowIfNull(within);
        List<PageRange> found = [];
        foreach (PageRange range in within)
            PageScan.FindAndProtect(_pagemap, range, categories, found);
        return found;
    }

    private static bool TryRegister(SafeFileHandle userfaultfd, PageRange range)
    {
        UserfaultRegister register = new() { Start = range.Start, Bytes = range.Bytes, Mode = RegisterWriteProtect };
        // SAFETY: as above.
        return SysIoctl.Ioctl(userfaultfd.Number(), SysIoctl.UserfaultRegister, &register) == 0;
    }
}

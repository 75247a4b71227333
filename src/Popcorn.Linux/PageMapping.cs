using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Popcorn.Linux.Libc;

namespace Popcorn.Linux;

/// <summary>A memory mapping of this process, unmapped when disposed. Its pages are ordinary: never guarded, never a
/// program's.</summary>
public sealed unsafe class PageMapping : SafeHandleZeroOrMinusOneIsInvalid
{
    private PageMapping(nint address, int length)
        : base(ownsHandle: true)
    {
        SetHandle(address);
        Length = length;
    }

    public int Length { get; }

    // SAFETY: the mapping is Length bytes from handle and stays mapped while this object is alive and not disposed.
    public Span<byte> Span =>
        IsClosed ? throw new ObjectDisposedException(nameof(PageMapping)) : new((void*)handle, Length);

    /// <summary>Private zeroed memory, which the collector neither moves nor clears: a buffer for system
    /// calls.</summary>
    public static PageMapping Anonymous(int length) =>
        Map(length, SysMman.MapPrivate | SysMman.MapAnonymous, fd: -1, offset: 0, $"cannot allocate {length} bytes");

    /// <summary>A part of a file or memfd, shared with whoever else maps it.</summary>
    public static PageMapping Shared(SafeFileHandle file, int length, long offset = 0)
    {
        ArgumentNullException.ThrowIfNull(file);
        int fd = (int)file.DangerousGetHandle();
        return Map(length, SysMman.MapShared, fd, offset, $"cannot map {length} bytes of a memory file");
    }

    protected override bool ReleaseHandle() => SysMman.Munmap(handle, (nuint)Length) == 0;

    private static PageMapping Map(int length, int flags, int fd, long offset, string sentence)
    {
        nint address = SysMman.Mmap(0, (nuint)length, SysMman.ProtRead | SysMman.ProtWrite, flags, fd, offset);
        if (address == -1)
            throw new LinuxCallException("mmap", Marshal.GetLastPInvokeError(), sentence);
        return new PageMapping(address, length);
    }
}

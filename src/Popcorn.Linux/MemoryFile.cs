using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Popcorn.Linux.Libc;

namespace Popcorn.Linux;

/// <summary>A memfd and our shared mapping of its beginning. It owns both.</summary>
public sealed unsafe class MemoryFile : IDisposable
{
    private MemoryFile(SafeFileHandle file, PageMapping mapping)
    {
        File = file;
        Mapping = mapping;
    }

    public SafeFileHandle File { get; }

    public PageMapping Mapping { get; }

    /// <param name="fileBytes">How long the file shall be; pages nobody touches take no memory.</param>
    /// <param name="mappedBytes">How much of its beginning is mapped here.</param>
    public static MemoryFile Create(string name, long fileBytes, int mappedBytes)
    {
        int fd = SysMman.MemfdCreate(name, SysMman.MfdCloexec);
        if (fd < 0)
            throw new LinuxCallException(
                "memfd_create", Marshal.GetLastPInvokeError(), $"cannot create memory file '{name}'");
        SafeFileHandle file = new(fd, ownsHandle: true);
        if (Unistd.Ftruncate(fd, fileBytes) != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            file.Dispose();
            throw new LinuxCallException("ftruncate", errno, $"cannot size memory file '{name}' to {fileBytes} bytes");
        }
        return new MemoryFile(file, PageMapping.Shared(file, mappedBytes));
    }

    /// <summary>
    /// Takes a record lock on the first byte, for as long as this process lives and no other descriptor of the file is
    /// closed here: whoever else has the file can ask the kernel for it.
    /// </summary>
    public void HoldLock()
    {
        LockRequest request = new() { Type = 1, Length = 1 };
        // SAFETY: the kernel reads one struct flock, which is on our stack.
        if (Fcntl.Control((int)File.DangerousGetHandle(), Fcntl.SetLock, (nint)(&request)) != 0)
            throw new LinuxCallException("fcntl", Marshal.GetLastPInvokeError(), "cannot lock a memory file");
    }

    /// <summary>Makes a range zero again and gives its memory back.</summary>
    public void Clear(long offset, long bytes)
    {
        const int PunchHole = Fcntl.AllocateKeepSize | Fcntl.AllocatePunchHole;
        if (Fcntl.Allocate((int)File.DangerousGetHandle(), PunchHole, offset, bytes) != 0)
            throw new LinuxCallException("fallocate", Marshal.GetLastPInvokeError(), "cannot clear a memory file");
    }

    public void Dispose()
    {
        Mapping.Dispose();
        File.Dispose();
    }
}

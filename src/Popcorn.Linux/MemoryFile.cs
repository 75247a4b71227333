using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Popcorn.Linux.Libc;

namespace Popcorn.Linux;

/// <summary>A memfd and our shared mapping of the whole of it. It owns both.</summary>
public sealed class MemoryFile : IDisposable
{
    private MemoryFile(SafeFileHandle file, PageMapping mapping)
    {
        File = file;
        Mapping = mapping;
    }

    public SafeFileHandle File { get; }

    public PageMapping Mapping { get; }

    public static MemoryFile Create(string name, int bytes)
    {
        int fd = SysMman.MemfdCreate(name, SysMman.MfdCloexec);
        if (fd < 0)
            throw new LinuxCallException(
                "memfd_create", Marshal.GetLastPInvokeError(), $"cannot create memory file '{name}'");
        SafeFileHandle file = new(fd, ownsHandle: true);
        if (Unistd.Ftruncate(fd, bytes) != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            file.Dispose();
            throw new LinuxCallException("ftruncate", errno, $"cannot size memory file '{name}' to {bytes} bytes");
        }
        return new MemoryFile(file, PageMapping.Shared(file, bytes));
    }

    public void Dispose()
    {
        Mapping.Dispose();
        File.Dispose();
    }
}

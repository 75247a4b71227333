using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Popcorn.Linux.Libc;

namespace Popcorn.Linux;

/// <summary>An eventfd: lets one thread wake another that waits in <see cref="Waiting.Poll"/>.</summary>
public sealed class WakeEvent : IDisposable
{
    // sys/eventfd.h: EFD_CLOEXEC | EFD_NONBLOCK.
    private const int Flags = 0x80000 | 0x800;

    private readonly SafeFileHandle _file;

    public WakeEvent()
    {
        int fd = SysPidfd.Eventfd(0, Flags);
        if (fd < 0)
            throw new LinuxCallException("eventfd", Marshal.GetLastPInvokeError(), "cannot create an event descriptor");
        _file = new SafeFileHandle(fd, ownsHandle: true);
    }

    public int PollDescriptor => (int)_file.DangerousGetHandle();

    public unsafe void Set()
    {
        ulong one = 1;
        // SAFETY: eventfd takes exactly eight bytes, those of the local.
        _ = Unistd.Write(PollDescriptor, (byte*)&one, sizeof(ulong));
    }

    public unsafe void Clear()
    {
        ulong count;
        // SAFETY: eventfd gives exactly eight bytes.
        _ = Unistd.Read(PollDescriptor, (byte*)&count, sizeof(ulong));
    }

    public void Dispose() => _file.Dispose();
}

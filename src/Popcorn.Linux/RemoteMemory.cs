using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Popcorn.Linux.Libc;

namespace Popcorn.Linux;

/// <summary>
/// The memory of another process, read and written from outside. Also right for a process under qemu-user here:
/// programs lie below 2^38, so their guest base is 0 and guest addresses are host addresses.
/// </summary>
public sealed unsafe class RemoteMemory(int pid) : IDisposable
{
    private SafeFileHandle? _memory;

    public int Pid { get; } = pid;

    /// <summary>Fills the whole buffer from <paramref name="address"/> on, or throws.</summary>
    public void Read(ulong address, Span<byte> buffer)
    {
        if (!TryRead(address, buffer, out int errno))
        {
            throw new LinuxCallException(
                "process_vm_readv", errno, $"cannot read {buffer.Length} bytes at 0x{address:x} of process {Pid}");
        }
    }

    /// <summary>Fills the buffer as far as memory is mapped without a gap, and returns how far.</summary>
    public int ReadMapped(ulong address, Span<byte> buffer)
    {
        int done = 0;
        // SAFETY: as in TryRead.
        fixed (byte* start = buffer)
        {
            while (done < buffer.Length)
            {
                IoVector local = new() { Base = (nuint)(start + done), Length = (nuint)(buffer.Length - done) };
                IoVector remote = new() { Base = (nuint)(address + (ulong)done), Length = local.Length };
                nint count = SysUio.ProcessVmReadv(Pid, &local, 1, &remote, 1, 0);
                if (count <= 0)
                    break;
                done += (int)count;
            }
        }
        return done;
    }

    public bool TryRead(ulong address, Span<byte> buffer, out int errno)
    {
        errno = 0;
        int done = 0;
        // SAFETY: the local vector describes exactly the caller's span, pinned for the call; the remote one is only a
        // number here.
        fixed (byte* start = buffer)
        {
            while (done < buffer.Length)
            {
                IoVector local = new() { Base = (nuint)(start + done), Length = (nuint)(buffer.Length - done) };
                IoVector remote = new() { Base = (nuint)(address + (ulong)done), Length = local.Length };
                nint count = SysUio.ProcessVmReadv(Pid, &local, 1, &remote, 1, 0);
                if (count > 0)
                {
                    done += (int)count;
                    continue;
                }
                errno = Marshal.GetLastPInvokeError();
                // Pages without read permission: only /proc/PID/mem reads those (FOLL_FORCE).
                return errno == Errno.Fault && TryReadForced(address + (ulong)done, buffer[done..]);
            }
        }
        return true;
    }

    /// <summary>Copies all of the bytes to <paramref name="address"/>, or throws.</summary>
    public void Write(ulong address, ReadOnlySpan<byte> bytes)
    {
        // SAFETY: the local vector describes exactly the caller's span, pinned for the call.
        fixed (byte* start = bytes)
        {
            for (int done = 0; done < bytes.Length;)
            {
                IoVector local = new() { Base = (nuint)(start + done), Length = (nuint)(bytes.Length - done) };
                IoVector remote = new() { Base = (nuint)(address + (ulong)done), Length = local.Length };
                nint count = SysUio.ProcessVmWritev(Pid, &local, 1, &remote, 1, 0);
                if (count <= 0)
                {
                    throw new LinuxCallException(
                        "process_vm_writev", Marshal.GetLastPInvokeError(),
                        $"cannot write {bytes.Length} bytes at 0x{address:x} of process {Pid}");
                }
                done += (int)count;
            }
        }
    }

    public void Dispose() => _memory?.Dispose();

    private bool TryReadForced(ulong address, Span<byte> buffer)
    {
        if (_memory is null)
        {
            int fd = Fcntl.Open($"/proc/{Pid}/mem", Fcntl.ReadOnly | Fcntl.OpenCloexec, 0);
            if (fd < 0)
                return false;
            _memory = new SafeFileHandle(fd, ownsHandle: true);
        }
        // SAFETY: the buffer is pinned for the calls, which write at most its length.
        fixed (byte* start = buffer)
        {
            for (int done = 0; done < buffer.Length;)
            {
                int fd = (int)_memory.DangerousGetHandle();
                nuint rest = (nuint)(buffer.Length - done);
                nint count = Unistd.Pread(fd, start + done, rest, (long)address + done);
                if (count <= 0)
                    return false;
                done += (int)count;
            }
        }
        return true;
    }
}

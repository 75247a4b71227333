using System.Runtime.InteropServices;
using Popcorn.Linux.Libc;

namespace Popcorn.Linux;

/// <summary>Adds to the end of a file that other processes add to as well, in one write each (open(2),
/// O_APPEND).</summary>
public static unsafe class AppendedFile
{
    private const uint Mode = 0x1B6; // rw-rw-rw-, less the umask

    /// <exception cref="LinuxCallException">It cannot be opened or written.</exception>
    public static void Append(string path, ReadOnlySpan<byte> bytes)
    {
        int flags = Fcntl.WriteOnly | Fcntl.OpenCreate | Fcntl.OpenAppend | Fcntl.OpenCloexec;
        int fd = Fcntl.Open(path, flags, Mode);
        if (fd < 0)
            throw new LinuxCallException("open", Marshal.GetLastPInvokeError(), $"cannot append to '{path}'");
        nint written;
        int errno;
        // SAFETY: the span is pinned for the call, which reads its length and no more.
        fixed (byte* start = bytes)
        {
            written = Unistd.Write(fd, start, (nuint)bytes.Length);
            errno = Marshal.GetLastPInvokeError();
        }
        _ = Unistd.Close(fd);
        if (written < 0)
            throw new LinuxCallException("write", errno, $"cannot append to '{path}'");
    }
}

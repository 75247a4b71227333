using System.Runtime.InteropServices;
using System.Text;
using Popcorn.Linux.Libc;

namespace Popcorn.Linux;

/// <summary>
/// Text that the kernel makes up when it is read, as below /proc. Programs stand still while we read hundreds of such
/// files, and .NET's own reader asks for each file's length, kind and a lock besides.
/// </summary>
internal static unsafe class KernelText
{
    private const int StartBytes = 4096;

    /// <exception cref="FileNotFoundException">It is not there, or not any more.</exception>
    /// <exception cref="UnauthorizedAccessException">It is another user's.</exception>
    /// <exception cref="IOException">Anything else, such as a process that ends while we read.</exception>
    public static string Read(string path)
    {
        int fd = Fcntl.Open(path, Fcntl.ReadOnly | Fcntl.OpenCloexec, 0);
        if (fd < 0)
            throw Failure(path);
        try
        {
            return Encoding.UTF8.GetString(ReadAll(fd, path));
        }
        finally
        {
            _ = Unistd.Close(fd);
        }
    }

    /// <summary>Without an empty one at the end.</summary>
    public static string[] ReadLines(string path)
    {
        string text = Read(path);
        return text.Length == 0 ? [] : (text[^1] == '\n' ? text[..^1] : text).Split('\n');
    }

    private static ReadOnlySpan<byte> ReadAll(int fd, string path)
    {
        byte[] buffer = new byte[StartBytes];
        for (int done = 0; ;)
        {
            nint count;
            // SAFETY: the kernel writes at most what is left of the buffer.
            fixed (byte* start = buffer)
                count = Unistd.Read(fd, start + done, (nuint)(buffer.Length - done));
            if (count < 0)
                throw Failure(path);
            if (count == 0)
                return buffer.AsSpan(0, done);
            done += (int)count;
            if (done == buffer.Length)
                Array.Resize(ref buffer, 2 * buffer.Length);
        }
    }

    private static Exception Failure(string path)
    {
        int errno = Marshal.GetLastPInvokeError();
        string message = $"cannot read '{path}': {Marshal.GetPInvokeErrorMessage(errno)}";
        return errno switch
        {
            Errno.NoEntry => new FileNotFoundException(message, path),
            Errno.Perm or Errno.Access => new UnauthorizedAccessException(message),
            _ => new IOException(message),
        };
    }
}

using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Popcorn.Linux.Libc;

namespace Popcorn.Linux;

/// <summary>How large a POSIX message queue is, and how many messages wait in it.</summary>
public readonly record struct QueueStatus(long MessagesMax, long MessageBytesMax, long Waiting);

/// <summary>POSIX message queues: kernel objects with a name, which outlive the programs that use them.</summary>
public static unsafe class MessageQueues
{
    /// <summary>Whether a descriptor is a queue.</summary>
    /// <param name="target">What its link in /proc says.</param>
    public static bool Is(int pid, int descriptor, string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        // A queue's name has one slash, and only few files have.
        if (target.LastIndexOf('/') != 0)
            return false;
        long* status = stackalloc long[Mqueue.FileSystemWords];
        // SAFETY: struct statfs is shorter than the buffer.
        return Mqueue.Statfs($"/proc/{pid}/fd/{descriptor}", status) == 0 && status[0] == Mqueue.FileSystemMagic;
    }

    public static QueueStatus Status(SafeFileHandle queue)
    {
        QueueAttributes attributes;
        // SAFETY: the kernel writes one struct mq_attr.
        KernelFile.Check(
            Mqueue.GetAttributes(queue.Number(), &attributes), "mq_getattr", "cannot ask what a message queue is");
        return new QueueStatus(attributes.MessagesMax, attributes.MessageBytesMax, attributes.Waiting);
    }

    /// <summary>The process that is told of the next message (mq_notify); 0: none.</summary>
    public static int NotifiedProcess(int pid, int descriptor)
    {
        // "QSIZE:0          NOTIFY:0     SIGNO:10    NOTIFY_PID:4711".
        const string Field = "NOTIFY_PID:";
        string text;
        try
        {
            text = KernelText.Read($"/proc/{pid}/fd/{descriptor}");
        }
        catch (UnauthorizedAccessException)
        {
            return 0;
        }
        int at = text.IndexOf(Field, StringComparison.Ordinal);
        return at < 0 ? 0 : int.Parse(text.AsSpan(at + Field.Length).Trim(), CultureInfo.InvariantCulture);
    }

    /// <summary>The queue of that name, or null when there is none.</summary>
    /// <param name="flags">As this host's kernel spells them.</param>
    public static SafeFileHandle? TryOpen(string name, int flags)
    {
        int fd = Mqueue.Open(name, flags | Fcntl.OpenCloexec, 0, null);
        if (fd >= 0)
            return new SafeFileHandle(fd, ownsHandle: true);
        int errno = Marshal.GetLastPInvokeError();
        return errno == Errno.NoEntry
            ? null
            : throw new LinuxCallException("mq_open", errno, $"cannot open message queue '{name}'");
    }

    /// <summary>A new queue; the name must be free.</summary>
    public static SafeFileHandle Create(string name, int flags, uint mode, QueueStatus size)
    {
        const int CreateExclusive = 0x40 | 0x80; // O_CREAT | O_EXCL
        QueueAttributes attributes = new() { MessagesMax = size.MessagesMax, MessageBytesMax = size.MessageBytesMax };
        // SAFETY: the kernel reads one struct mq_attr.
        return KernelFile.Own(
            Mqueue.Open(name, flags | CreateExclusive | Fcntl.OpenCloexec, mode, &attributes), "mq_open",
            $"cannot create message queue '{name}' for {size.MessagesMax} messages of {size.MessageBytesMax} bytes");
    }

    /// <summary>It goes away with its last descriptor.</summary>
    public static void Unlink(string name) =>
        KernelFile.Check(Mqueue.Unlink(name), "mq_unlink", $"cannot remove message queue '{name}'");
}

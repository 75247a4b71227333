using System.Runtime.InteropServices;

namespace Popcorn.Linux.Libc;

/// <summary>mqueue.h, and what tells a queue's descriptor from others.</summary>
internal static unsafe partial class Mqueue
{
    /// <summary>linux/magic.h: f_type of the file system that queues are in.</summary>
    public const long FileSystemMagic = 0x19800202;

    /// <summary>Longer than <c>struct statfs</c> of any ISA; f_type is its first word.</summary>
    public const int FileSystemWords = 32;

    // The last two arguments are variadic, which integers and pointers may be without being treated otherwise.
    [LibraryImport(Library.C, EntryPoint = "mq_open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string name, int flags, uint mode, QueueAttributes* attributes);

    [LibraryImport(Library.C, EntryPoint = "mq_getattr", SetLastError = true)]
    public static partial int GetAttributes(int queue, QueueAttributes* attributes);

    [LibraryImport(
        Library.C, EntryPoint = "mq_unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unlink(string name);

    [LibraryImport(Library.C, EntryPoint = "statfs", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Statfs(string path, long* status);
}

/// <summary><c>struct mq_attr</c>: eight longs.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct QueueAttributes
{
    public long Flags;
    public long MessagesMax;
    public long MessageBytesMax;
    public long Waiting;
    public fixed long Reserved[4];
}

using System.Globalization;
using System.Runtime.InteropServices;
using Popcorn.Linux.Libc;

namespace Popcorn.Linux;

/// <summary>What the kernel says of a System V shared memory segment.</summary>
/// <param name="Key">0 for one that is found by its number alone (IPC_PRIVATE).</param>
/// <param name="Mode">Permissions, the lowest nine bits.</param>
/// <param name="IsRemoved">It goes when nobody has it attached any more.</param>
public readonly record struct SharedSegment(
    int Id, int Key, uint Mode, uint User, uint Group, ulong Bytes, ulong Attached, bool IsRemoved)
{
    /// <summary>What is attached of it.</summary>
    public ulong MappedBytes => (Bytes + PresentPages.PageBytes - 1) / PresentPages.PageBytes * PresentPages.PageBytes;
}

/// <summary>System V shared memory segments of our name space.</summary>
public static unsafe class SharedSegments
{
    private const string NextId = "/proc/sys/kernel/shm_next_id";
    private const uint Permissions = 0x1ff;

    /// <summary>Null when there is none of that number, or none that we may look at.</summary>
    public static SharedSegment? Find(int id)
    {
        SegmentRecord record;
        // SAFETY: the kernel writes one record, which is on our stack.
        if (SysShm.Shmctl(id, SysShm.StatCommand, &record) != 0)
            return null;
        const uint Removed = 0x200; // SHM_DEST
        return new SharedSegment(
            id, record.Key, record.Mode & Permissions, record.User, record.Group, record.Bytes, record.Attached,
            (record.Mode & Removed) != 0);
    }

    /// <summary>The number of the segment that has a key, or null.</summary>
    public static int? FindKey(int key)
    {
        int id = SysShm.Shmget(key, 0, 0);
        return id >= 0 ? id : null;
    }

    /// <summary>
    /// Makes a segment under the number it had, which takes CAP_CHECKPOINT_RESTORE. Null when it cannot have that one.
    /// </summary>
    public static SharedSegment? TryCreate(SharedSegment wanted)
    {
        if (!TrySetNext(wanted.Id))
            return null;
        int flags = SysShm.Create | SysShm.Exclusive | (int)wanted.Mode;
        int id = SysShm.Shmget(wanted.IsRemoved ? 0 : wanted.Key, (nuint)wanted.Bytes, flags);
        if (id < 0)
        {
            LinuxCallException failure = Failure("shmget", $"cannot make a segment of {wanted.Bytes} bytes");
            const int Any = -1;
            _ = TrySetNext(Any);
            throw failure;
        }
        if (id != wanted.Id)
        {
            Remove(id);
            return null;
        }
        SegmentRecord record = new() { User = wanted.User, Group = wanted.Group, Mode = wanted.Mode };
        // SAFETY: the kernel reads one record. Only root may give it to somebody else; then it stays ours.
        _ = SysShm.Shmctl(id, SysShm.SetCommand, &record);
        return Find(id);
    }

    /// <summary>Whoever has it attached keeps it.</summary>
    public static void Remove(int id) => SysShm.Shmctl(id, SysShm.RemoveCommand, null);

    /// <summary>Which number the next segment of our name space gets, whoever makes it.</summary>
    private static bool TrySetNext(int id)
    {
        try
        {
            File.WriteAllText(NextId, id.ToString(CultureInfo.InvariantCulture));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    internal static LinuxCallException Failure(string call, string sentence) =>
        new(call, Marshal.GetLastPInvokeError(), sentence);
}

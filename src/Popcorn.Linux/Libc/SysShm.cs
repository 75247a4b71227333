using System.Runtime.InteropServices;

namespace Popcorn.Linux.Libc;

/// <summary>sys/shm.h.</summary>
internal static unsafe partial class SysShm
{
    public const int Create = 0x200; // IPC_CREAT
    public const int Exclusive = 0x400; // IPC_EXCL
    public const int ReadOnly = 0x1000; // SHM_RDONLY
    public const int RemoveCommand = 0; // IPC_RMID
    public const int SetCommand = 1; // IPC_SET
    public const int StatCommand = 2; // IPC_STAT

    [LibraryImport(Library.C, EntryPoint = "shmget", SetLastError = true)]
    public static partial int Shmget(int key, nuint bytes, int flags);

    [LibraryImport(Library.C, EntryPoint = "shmat", SetLastError = true)]
    public static partial nint Shmat(int segment, void* address, int flags);

    [LibraryImport(Library.C, EntryPoint = "shmdt", SetLastError = true)]
    public static partial int Shmdt(nint address);

    [LibraryImport(Library.C, EntryPoint = "shmctl", SetLastError = true)]
    public static partial int Shmctl(int segment, int command, SegmentRecord* record);
}

/// <summary><c>struct shmid_ds</c> of glibc on our hosts: struct ipc_perm and what follows.</summary>
internal struct SegmentRecord
{
    public int Key;
    public uint User;
    public uint Group;
    public uint CreatorUser;
    public uint CreatorGroup;
    public uint Mode;
    public ushort Sequence;
    public ushort Padding;
    public ulong Reserved1;
    public ulong Reserved2;
    public ulong Bytes;
    public long AttachTime;
    public long DetachTime;
    public long ChangeTime;
    public int CreatorPid;
    public int LastPid;
    public ulong Attached;
    public ulong Reserved3;
    public ulong Reserved4;
}

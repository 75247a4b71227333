using System.Runtime.InteropServices;

namespace Popcorn.Linux.Libc;

/// <summary>fcntl.h.</summary>
internal static partial class Fcntl
{
    public const int GetFd = 1;
    public const int SetFd = 2;
    public const int GetFlags = 3;
    public const int SetFlags = 4;
    public const int OfdSetLock = 37;
    public const int DuplicateCloexec = 1030;
    public const int SetPipeBytes = 1031;
    public const int GetPipeBytes = 1032;
    public const int AddSeals = 1033;
    public const int GetSeals = 1034;
    public const int LockExclusive = 2;
    public const int LockShared = 1;
    public const int LockNonblock = 4;
    public const int SetLock = 6;
    public const int AllocateKeepSize = 1;
    public const int AllocatePunchHole = 2;
    public const int FdCloexec = 1;
    public const int ReadOnly = 0;
    public const int ReadWrite = 2;
    public const int WriteOnly = 1;
    public const int OpenCreate = 0x40;
    public const int OpenAppend = 0x400;
    public const int OpenCloexec = 0x80000;

    [LibraryImport(Library.C, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, uint mode);

    [LibraryImport(Library.C, EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Control(int fd, int command, nint argument);

    [LibraryImport(Library.C, EntryPoint = "fallocate", SetLastError = true)]
    public static partial int Allocate(int fd, int mode, long offset, long length);

    [LibraryImport(Library.C, EntryPoint = "flock", SetLastError = true)]
    public static partial int Flock(int fd, int operation);
}

/// <summary><c>struct flock</c> of the 64-bit kernels; read locks are 0, write locks 1.</summary>
internal struct LockRequest
{
    public short Type;
    public short Whence;
    public long Start;
    public long Length;
    public int Pid;
}

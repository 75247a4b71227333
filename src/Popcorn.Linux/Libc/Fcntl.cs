using System.Runtime.InteropServices;

namespace Popcorn.Linux.Libc;

/// <summary>fcntl.h.</summary>
internal static partial class Fcntl
{
    public const int GetFd = 1;
    public const int SetFd = 2;
    public const int FdCloexec = 1;
    public const int ReadOnly = 0;
    public const int WriteOnly = 1;
    public const int OpenCreate = 0x40;
    public const int OpenAppend = 0x400;
    public const int OpenCloexec = 0x80000;

    [LibraryImport(Library.C, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, uint mode);

    [LibraryImport(Library.C, EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Control(int fd, int command, nint argument);
}

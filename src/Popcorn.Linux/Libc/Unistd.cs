using System.Runtime.InteropServices;

namespace Popcorn.Linux.Libc;

/// <summary>unistd.h, and the system calls that glibc gives no name.</summary>
internal static unsafe partial class Unistd
{
    [LibraryImport(Library.C, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int fd);

    [LibraryImport(Library.C, EntryPoint = "dup2", SetLastError = true)]
    public static partial int Dup2(int oldFd, int newFd);

    [LibraryImport(Library.C, EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int Ftruncate(int fd, long length);

    [LibraryImport(Library.C, EntryPoint = "fsync", SetLastError = true)]
    public static partial int Fsync(int fd);

    [LibraryImport(Library.C, EntryPoint = "pread", SetLastError = true)]
    public static partial nint Pread(int fd, byte* buffer, nuint count, long offset);

    [LibraryImport(Library.C, EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int fd, byte* buffer, nuint count);

    [LibraryImport(Library.C, EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int fd, byte* buffer, nuint count);

    [LibraryImport(Library.C, EntryPoint = "geteuid")]
    public static partial uint Geteuid();

    [LibraryImport(Library.C, EntryPoint = "getpgrp")]
    public static partial int Getpgrp();

    [LibraryImport(Library.C, EntryPoint = "tcsetpgrp", SetLastError = true)]
    public static partial int Tcsetpgrp(int fd, int group);

    [LibraryImport(Library.C, EntryPoint = "getpgid", SetLastError = true)]
    public static partial int Getpgid(int pid);

    [LibraryImport(Library.C, EntryPoint = "getsid", SetLastError = true)]
    public static partial int Getsid(int pid);

    [LibraryImport(Library.C, EntryPoint = "isatty", SetLastError = true)]
    public static partial int Isatty(int fd);

    [LibraryImport(Library.C, EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Execve(string path, byte** argv, byte** envp);

    /// <summary>Searches PATH for a name without a slash.</summary>
    [LibraryImport(Library.C, EntryPoint = "execvpe", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Execvpe(string file, byte** argv, byte** envp);

    // syscall(2) is variadic; on the 64-bit Linux ABIs of our hosts a variadic integer call is an ordinary one.
    [LibraryImport(Library.C, EntryPoint = "syscall", SetLastError = true)]
    public static partial nint Syscall(nint number, nint a, nint b, nint c, nint d, nint e, nint f);

    [LibraryImport(Library.C, EntryPoint = "lseek", SetLastError = true)]
    public static partial long Lseek(int fd, long offset, int whence);

    [LibraryImport(Library.C, EntryPoint = "linkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Linkat(int oldFolder, string oldPath, int newFolder, string newPath, int flags);

    [LibraryImport(Library.C, EntryPoint = "pipe2", SetLastError = true)]
    public static partial int Pipe2(int* fds, int flags);

    // fcntl.h, but of one family with pipe2 here.
    [LibraryImport(Library.C, EntryPoint = "tee", SetLastError = true)]
    public static partial nint Tee(int from, int to, nuint count, uint flags);
}

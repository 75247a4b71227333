using System.Runtime.InteropServices;

namespace Popcorn.Linux.Libc;

/// <summary>sys/uio.h.</summary>
internal static unsafe partial class SysUio
{
    [LibraryImport(Library.C, EntryPoint = "process_vm_readv", SetLastError = true)]
    public static partial nint ProcessVmReadv(
        int pid, IoVector* local, nuint localCount, IoVector* remote, nuint remoteCount, nuint flags);

    [LibraryImport(Library.C, EntryPoint = "process_vm_writev", SetLastError = true)]
    public static partial nint ProcessVmWritev(
        int pid, IoVector* local, nuint localCount, IoVector* remote, nuint remoteCount, nuint flags);
}

/// <summary><c>struct iovec</c>.</summary>
internal struct IoVector
{
    public nuint Base;
    public nuint Length;
}

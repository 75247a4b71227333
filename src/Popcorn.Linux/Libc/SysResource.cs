using System.Runtime.InteropServices;

namespace Popcorn.Linux.Libc;

/// <summary>sys/resource.h and sched.h.</summary>
internal static unsafe partial class SysResource
{
    public const int OfProcess = 0;

    [LibraryImport(Library.C, EntryPoint = "prlimit64", SetLastError = true)]
    public static partial int Prlimit(int pid, int resource, ResourceLimit* wanted, ResourceLimit* old);

    [LibraryImport(Library.C, EntryPoint = "getpriority", SetLastError = true)]
    public static partial int Getpriority(int which, uint who);

    [LibraryImport(Library.C, EntryPoint = "setpriority", SetLastError = true)]
    public static partial int Setpriority(int which, uint who, int nice);

    [LibraryImport(Library.C, EntryPoint = "sched_getaffinity", SetLastError = true)]
    public static partial int SchedGetaffinity(int pid, nuint bytes, byte* mask);

    [LibraryImport(Library.C, EntryPoint = "sched_setaffinity", SetLastError = true)]
    public static partial int SchedSetaffinity(int pid, nuint bytes, byte* mask);
}

/// <summary><c>struct rlimit64</c>.</summary>
internal struct ResourceLimit
{
    public ulong Soft;
    public ulong Hard;
}

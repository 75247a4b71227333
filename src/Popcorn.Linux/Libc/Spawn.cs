using System.Runtime.InteropServices;

namespace Popcorn.Linux.Libc;

/// <summary>spawn.h. The two opaque types are 336 and 80 bytes in glibc on every 64-bit ISA; callers give
/// 512.</summary>
internal static unsafe partial class Spawn
{
    public const int OpaqueBytes = 512;
    public const short SetSigdef = 4;
    public const short SetSigmask = 8;

    [LibraryImport(Library.C, EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int PosixSpawn(
        out int pid, string path, byte* fileActions, byte* attributes, byte** argv, byte** envp);

    [LibraryImport(Library.C, EntryPoint = "posix_spawn_file_actions_init")]
    public static partial int FileActionsInit(byte* actions);

    [LibraryImport(Library.C, EntryPoint = "posix_spawn_file_actions_destroy")]
    public static partial int FileActionsDestroy(byte* actions);

    [LibraryImport(Library.C, EntryPoint = "posix_spawn_file_actions_adddup2")]
    public static partial int FileActionsAddDup2(byte* actions, int fd, int newFd);

    [LibraryImport(Library.C, EntryPoint = "posix_spawnattr_init")]
    public static partial int AttributesInit(byte* attributes);

    [LibraryImport(Library.C, EntryPoint = "posix_spawnattr_destroy")]
    public static partial int AttributesDestroy(byte* attributes);

    [LibraryImport(Library.C, EntryPoint = "posix_spawnattr_setflags")]
    public static partial int AttributesSetFlags(byte* attributes, short flags);

    [LibraryImport(Library.C, EntryPoint = "posix_spawnattr_setsigmask")]
    public static partial int AttributesSetSigmask(byte* attributes, in SignalSet mask);

    [LibraryImport(Library.C, EntryPoint = "posix_spawnattr_setsigdefault")]
    public static partial int AttributesSetSigdefault(byte* attributes, in SignalSet mask);
}

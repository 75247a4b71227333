using System.Runtime.InteropServices;

namespace Popcorn.Linux.Libc;

/// <summary>sys/pidfd.h (glibc 2.36), sys/wait.h, poll.h and sys/eventfd.h: what the supervisor waits with.</summary>
internal static unsafe partial class SysPidfd
{
    public const int IdPid = 1;
    public const int IdPidfd = 3;
    public const int SetChildSubreaper = 36;
    public const int WaitExited = 4;
    public const int WaitNohang = 1;
    public const short PollIn = 1;
    public const short PollError = 8;
    public const short PollReadHangUp = 0x2000;

    [LibraryImport(Library.C, EntryPoint = "pidfd_open", SetLastError = true)]
    public static partial int PidfdOpen(int pid, uint flags);

    [LibraryImport(Library.C, EntryPoint = "pidfd_getfd", SetLastError = true)]
    public static partial int PidfdGetfd(int pidfd, int fd, uint flags);

    [LibraryImport(Library.C, EntryPoint = "pidfd_send_signal", SetLastError = true)]
    public static partial int PidfdSendSignal(int pidfd, int signal, nint info, uint flags);

    [LibraryImport(Library.C, EntryPoint = "waitid", SetLastError = true)]
    public static partial int Waitid(int idType, int id, byte* info, int options);

    // sys/prctl.h. Variadic in C; see Unistd.Syscall.
    [LibraryImport(Library.C, EntryPoint = "prctl", SetLastError = true)]
    public static partial int Prctl(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport(Library.C, EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollEntry* entries, nuint count, int timeoutMs);

    [LibraryImport(Library.C, EntryPoint = "eventfd", SetLastError = true)]
    public static partial int Eventfd(uint initial, int flags);
}

// The kernel assigns some fields.
#pragma warning disable CS0649

/// <summary><c>struct pollfd</c>.</summary>
internal struct PollEntry
{
    public int Fd;
    public short Events;
    public short Returned;
}

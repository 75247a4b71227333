using System.Runtime.InteropServices;

namespace Popcorn.Linux.Libc;

/// <summary>signal.h and sys/signalfd.h.</summary>
internal static partial class Signal
{
    public const int SetMask = 2;
    public const int SignalfdCloexec = 0x80000;
    public const int SignalfdNonblock = 0x800;

    [LibraryImport(Library.C, EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int pid, int signal);

    [LibraryImport(Library.C, EntryPoint = "tgkill", SetLastError = true)]
    public static partial int Tgkill(int pid, int tid, int signal);

    // Second argument: SIG_DFL = 0, SIG_IGN = 1; handlers are never installed from managed code.
    [LibraryImport(Library.C, EntryPoint = "signal", SetLastError = true)]
    public static partial nint SetDisposition(int signal, nint disposition);

    [LibraryImport(Library.C, EntryPoint = "pthread_sigmask")]
    public static partial int PthreadSigmask(int how, in SignalSet set, out SignalSet old);

    [LibraryImport(Library.C, EntryPoint = "signalfd", SetLastError = true)]
    public static partial int Signalfd(int fd, in SignalSet mask, int flags);
}

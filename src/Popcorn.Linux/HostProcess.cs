using Popcorn.Linux.Libc;

namespace Popcorn.Linux;

/// <summary>What the kernel keeps about this very process: its user, descriptors, signal mask, and how it
/// ends.</summary>
public static unsafe class HostProcess
{
    public static uint EffectiveUser => Unistd.Geteuid();

    /// <summary>Process group of another process, or -1 when it is gone.</summary>
    public static int ProcessGroupOf(int pid) => Unistd.Getpgid(pid);

    /// <summary>Session of another process, or -1 when it is gone.</summary>
    public static int SessionOf(int pid) => Unistd.Getsid(pid);

    /// <summary>One more than the highest descriptor number we and our children may use (RLIMIT_NOFILE,
    /// soft).</summary>
    public static int DescriptorLimit
    {
        get
        {
            string? line = KernelText.ReadLines("/proc/self/limits")
                .FirstOrDefault(l => l.StartsWith("Max open files", StringComparison.Ordinal));
            string? soft = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
            return int.TryParse(soft, out int limit) ? limit : int.MaxValue;
        }
    }

    public static int ProcessGroup => Unistd.Getpgrp();

    public static int Session => Unistd.Getsid(0);

    /// <summary>Our descendants' orphans become our children, as they would become init's.</summary>
    public static void AdoptOrphans() => _ = SysPidfd.Prctl(SysPidfd.SetChildSubreaper, 1, 0, 0, 0);

    /// <summary>Reaps one child, whoever started it, if it has ended.</summary>
    public static void ReapIfEnded(int pid)
    {
        byte* info = stackalloc byte[128];
        // SAFETY: siginfo_t is 128 bytes on every Linux ABI.
        _ = SysPidfd.Waitid(SysPidfd.IdPid, pid, info, SysPidfd.WaitExited | SysPidfd.WaitNohang);
    }

    /// <summary>
    /// Gives our controlling terminal to a process group of our session. We have SIGTTOU blocked, so that being in the
    /// background ourselves does not matter.
    /// </summary>
    public static bool TrySetForegroundGroup(int group)
    {
        int fd = Fcntl.Open("/dev/tty", Fcntl.OpenCloexec | 2, 0);
        if (fd < 0)
            return false;
        bool done = Unistd.Tcsetpgrp(fd, group) == 0;
        _ = Unistd.Close(fd);
        return done;
    }

    /// <summary>User id that owns a file, or null when there is no such file. Links are not followed.</summary>
    public static uint? OwnerOf(string path)
    {
        StatusRecord record;
        // SAFETY: statx writes one struct of 256 bytes.
        int result = SysStat.Statx(SysStat.CurrentFolder, path, SysStat.NoFollow, SysStat.MaskUid, &record);
        return result == 0 ? record.Uid : null;
    }

    /// <summary>Whether something other than a regular file is there: a folder, a device, a pipe. Links are
    /// followed.</summary>
    public static bool IsSpecialFile(string path)
    {
        StatusRecord record;
        // SAFETY: statx writes one struct of 256 bytes.
        int result = SysStat.Statx(SysStat.CurrentFolder, path, flags: 0, SysStat.MaskType, &record);
        return result == 0 && (record.Mode & SysStat.KindBits) != SysStat.RegularFile;
    }

    public static bool IsTerminal(int descriptor) => Unistd.Isatty(descriptor) == 1;

    /// <summary>Sets this thread's signal mask and returns the old one. Threads started later inherit it.</summary>
    public static SignalSet SetSignalMask(SignalSet mask)
    {
        _ = Signal.PthreadSigmask(Signal.SetMask, mask, out SignalSet old);
        return old;
    }

    public static void DefaultDisposition(int signal) => _ = Signal.SetDisposition(signal, 0);

    public static void IgnoreSignal(int signal) => _ = Signal.SetDisposition(signal, 1);

    public static void SignalSelf(int signal) => _ = Signal.Kill(Environment.ProcessId, signal);

    /// <summary>
    /// Ends this process the way a child ended, so that our parent sees the same: by the same signal, core dumps
    /// excepted.
    /// </summary>
    public static void EndBySignal(int signal)
    {
        DefaultDisposition(signal);
        _ = SetSignalMask(default);
        SignalSelf(signal);
        // A signal to ourselves is delivered before kill(2) returns; only a signal that does not kill gets here.
        Environment.Exit(128 + signal);
    }

    /// <summary>
    /// Executes this program again with the signals blocked from its first instruction, hence in every thread the
    /// managed runtime makes, and with the old mask, in hex, in an environment variable. Returns only when that fails.
    /// </summary>
    public static void ExecuteSelfWithBlocked(SignalSet signals, string marker)
    {
        IReadOnlyList<string> arguments = Arguments();
        SignalSet old = SetSignalMask(signals);
        using NativeStrings argv = new(arguments);
        using NativeStrings envp = new([.. EnvironmentTexts(), $"{marker}={old.Bits:x}"]);
        // SAFETY: both arrays are NULL-terminated and outlive the call.
        _ = Unistd.Execve("/proc/self/exe", argv.Array, envp.Array);
        _ = SetSignalMask(old);
    }

    /// <summary>Makes a rename in a directory durable (fsync(2), NOTES). File systems that cannot are no reason to
    /// fail.</summary>
    public static void SyncDirectory(string path)
    {
        int fd = Fcntl.Open(path, Fcntl.ReadOnly | Fcntl.OpenCloexec, 0);
        if (fd < 0)
            return;
        _ = Unistd.Fsync(fd);
        _ = Unistd.Close(fd);
    }

    /// <summary>Becomes another program, looked for in PATH, with our signal mask. Returns only when that
    /// fails.</summary>
    public static LinuxCallException Execute(IReadOnlyList<string> command, IReadOnlyList<string> environment)
    {
        ArgumentNullException.ThrowIfNull(command);
        using NativeStrings argv = new(command);
        using NativeStrings envp = new(environment);
        // The managed runtime ignores SIGPIPE, and that would be inherited.
        DefaultDisposition(SignalNumbers.Pipe);
        // SAFETY: both arrays are NULL-terminated and outlive the call.
        _ = Unistd.Execvpe(command[0], argv.Array, envp.Array);
        return new LinuxCallException(
            "execve", System.Runtime.InteropServices.Marshal.GetLastPInvokeError(), $"cannot start '{command[0]}'");
    }

    /// <summary>Our own command line, argv[0] included, with every byte kept (<see cref="HostText"/>).</summary>
    public static IReadOnlyList<string> Arguments() => HostText.DecodeList(File.ReadAllBytes("/proc/self/cmdline"));

    /// <summary>The environment we were started with as "NAME=value", without the names given, with every byte
    /// kept.</summary>
    public static IEnumerable<string> EnvironmentTexts(params string[] without) =>
        HostText.DecodeList(File.ReadAllBytes("/proc/self/environ"))
            .Where(text => !without.Contains(text.Split('=', 2)[0]));

    /// <summary>Descriptors that a child of ours inherits: open and without close-on-exec.</summary>
    public static IReadOnlyList<int> InheritedDescriptors()
    {
        List<int> inherited = [];
        foreach (string path in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            int fd = int.Parse(Path.GetFileName(path));
            int flags = Fcntl.Control(fd, Fcntl.GetFd, 0);
            if (flags >= 0 && (flags & Fcntl.FdCloexec) == 0)
                inherited.Add(fd);
        }
        return inherited;
    }
}

using System.Text;
using Popcorn.Linux.Libc;

namespace Popcorn.Linux;

/// <summary>What the kernel keeps about this very process: its user, descriptors, signal mask, and how it ends.</summary>
public static unsafe class HostProcess
{
    public static uint EffectiveUser => Unistd.Geteuid();

    public static int ProcessGroup => Unistd.Getpgrp();

    public static bool IsTerminal(int descriptor) => Unistd.Isatty(descriptor) == 1;

    /// <summary>Sets this thread's signal mask and returns the old one. Threads started later inherit it.</summary>
    public static SignalSet SetSignalMask(SignalSet mask)
    {
        _ = Signal.PthreadSigmask(Signal.SetMask, mask, out SignalSet old);
        return old;
    }

    public static void DefaultDisposition(int signal) => _ = Signal.SetDisposition(signal, 0);

    public static void SignalSelf(int signal) => _ = Signal.Kill(Environment.ProcessId, signal);

    /// <summary>
    /// Ends this process the way a child ended, so that our parent sees the same: by the same signal, core dumps excepted.
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
    /// Executes this program again with the signals blocked from its first instruction, hence in every thread the managed
    /// runtime makes. Returns only when that fails.
    /// </summary>
    public static void ExecuteSelfWithBlocked(SignalSet signals, string marker)
    {
        string[] arguments = Encoding.UTF8.GetString(File.ReadAllBytes("/proc/self/cmdline")).Split('\0')[..^1];
        List<string> environment = [.. EnvironmentTexts(), $"{marker}=1"];
        using NativeStrings argv = new(arguments);
        using NativeStrings envp = new(environment);
        SignalSet old = SetSignalMask(signals);
        // SAFETY: both arrays are NULL-terminated and outlive the call.
        _ = Unistd.Execve("/proc/self/exe", argv.Array, envp.Array);
        _ = SetSignalMask(old);
    }

    /// <summary>Our environment as "NAME=value", without the names given.</summary>
    public static IEnumerable<string> EnvironmentTexts(params string[] without)
    {
        foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            string name = (string)entry.Key;
            if (!without.Contains(name))
                yield return $"{name}={entry.Value}";
        }
    }

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

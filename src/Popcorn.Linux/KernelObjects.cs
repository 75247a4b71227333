using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Popcorn.Linux.Libc;

namespace Popcorn.Linux;

/// <summary>Makes kernel objects that stand for no file, in a state they are to have.</summary>
public static unsafe class KernelObjects
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    public static SafeFileHandle CreateEventCounter(ulong count, bool semaphore)
    {
        SafeFileHandle file =
            KernelFile.Own(SysPidfd.Eventfd(0, SpecialFiles.Cloexec | (semaphore ? 1 : 0)), "eventfd", "cannot create");
        // The initial value of eventfd(2) has 32 bits only.
        if (count > 0)
            KernelFile.Write(file, BitConverter.GetBytes(count));
        return file;
    }

    public static SafeFileHandle CreateSignalQueue(ulong mask)
    {
        SignalSet set = new() { Bits = mask };
        return KernelFile.Own(Signal.Signalfd(-1, set, Signal.SignalfdCloexec), "signalfd", "cannot create");
    }

    public static SafeFileHandle CreatePollSet() =>
        KernelFile.Own(SpecialFiles.EpollCreate(SpecialFiles.Cloexec), "epoll_create1", "cannot create");

    public static SafeFileHandle CreateMemory(string name, uint flags) => KernelFile.Own(
        SysMman.MemfdCreate(name, flags | SysMman.MfdCloexec), "memfd_create", $"cannot create memory file '{name}'");

    /// <summary>Nanoseconds of a clock, 0 for one that is not there.</summary>
    public static long ClockNow(int clock)
    {
        TimeSpecification now;
        // SAFETY: the kernel writes one struct timespec.
        return SpecialFiles.ClockGettime(clock, &now) == 0 ? now.Seconds * NanosecondsPerSecond + now.Nanoseconds : 0;
    }

    /// <param name="flags">TFD_TIMER_*; with TFD_TIMER_ABSTIME the value is a time, else a duration.</param>
    public static SafeFileHandle CreateTimer(int clock, uint flags, long valueNs, long intervalNs, ulong ticks)
    {
        SafeFileHandle file = KernelFile.Own(
            SpecialFiles.TimerfdCreate(clock, SpecialFiles.Cloexec), "timerfd_create",
            $"cannot create a timer of clock {clock}");
        TimerSetting setting = new() { Interval = Time(intervalNs), Value = Time(valueNs) };
        // SAFETY: the kernel reads one struct itimerspec.
        KernelFile.Check(
            SpecialFiles.TimerfdSettime(file.Number(), (int)flags, &setting, null), "timerfd_settime",
            "cannot set a timer");
        // SAFETY: the request reads eight bytes.
        if (ticks > 0)
        {
            KernelFile.Check(
                SysIoctl.IoctlBytes(file.Number(), SysIoctl.SetTimerTicks, (byte*)&ticks), "ioctl(TFD_IOC_SET_TICKS)",
                "cannot put expirations back");
        }
        return file;
    }

    public static SafeFileHandle CreateWatch() =>
        KernelFile.Own(SpecialFiles.InotifyInit(SpecialFiles.Cloexec), "inotify_init1", "cannot create");

    /// <summary>Adds a watch that gets the given number: numbers are handed out in turn.</summary>
    public static void AddWatch(SafeFileHandle watch, string path, uint mask, int number)
    {
        while (true)
        {
            int given = KernelFile.Check(
                SpecialFiles.InotifyAddWatch(watch.Number(), path, mask), "inotify_add_watch",
                $"cannot watch '{path}'");
            if (given == number)
                return;
            if (given > number)
                throw new LinuxCallException($"cannot watch '{path}' under number {number}: it got {given}");
            _ = SpecialFiles.InotifyRemoveWatch(watch.Number(), given);
        }
    }

    /// <summary>The file that a handle of inotify's fdinfo names, or null when we may not ask.</summary>
    public static string? PathOfHandle(string mountPoint, int type, ReadOnlySpan<byte> handle)
    {
        const int PathOnly = 0x200000; // O_PATH
        using SafeFileHandle mount = KernelFile.Open(mountPoint, 0);
        byte[] argument = new byte[8 + handle.Length];
        _ = BitConverter.TryWriteBytes(argument.AsSpan(0), handle.Length);
        _ = BitConverter.TryWriteBytes(argument.AsSpan(4), type);
        handle.CopyTo(argument.AsSpan(8));
        int fd;
        // SAFETY: struct file_handle is two ints and the bytes, pinned for the call.
        fixed (byte* start = argument)
            fd = SpecialFiles.OpenByHandleAt(mount.Number(), start, PathOnly | SpecialFiles.Cloexec);
        if (fd < 0)
            return null;
        using SafeFileHandle file = new(fd, ownsHandle: true);
        return new FileInfo($"/proc/self/fd/{fd}").LinkTarget;
    }

    /// <summary>Whether two descriptors, of any processes, mean the same open file description. Null when the kernel
    /// does not say.</summary>
    public static bool? AreSame(int pid, int descriptor, int otherPid, int otherDescriptor)
    {
        // kcmp has no wrapper; its number is the asm-generic one except on x86-64.
        nint number = RuntimeInformation.OSArchitecture == Architecture.X64 ? 312 : 272;
        const int CompareFiles = 0; // KCMP_FILE
        nint order = Unistd.Syscall(number, pid, otherPid, CompareFiles, descriptor, otherDescriptor, 0);
        if (order >= 0)
            return order == 0;
        // One that is not open any more is not the same as anything.
        return Marshal.GetLastPInvokeError() == Errno.BadFile ? false : null;
    }

    /// <summary>Whether an epoll set's entry means what the descriptor of that number means in the process
    /// now.</summary>
    public static bool IsPolled(int pid, int pollSet, int descriptor)
    {
        nint number = RuntimeInformation.OSArchitecture == Architecture.X64 ? 312 : 272;
        const int ComparePollEntry = 7; // KCMP_EPOLL_TFD
        uint* slot = stackalloc uint[3];
        (slot[0], slot[1], slot[2]) = ((uint)pollSet, (uint)descriptor, 0);
        // SAFETY: the kernel reads struct kcmp_epoll_slot, three numbers.
        return Unistd.Syscall(number, pid, pid, ComparePollEntry, descriptor, (nint)slot, 0) == 0;
    }

    private static TimeSpecification Time(long nanoseconds) => new()
    {
        Seconds = nanoseconds / NanosecondsPerSecond,
        Nanoseconds = nanoseconds % NanosecondsPerSecond,
    };
}

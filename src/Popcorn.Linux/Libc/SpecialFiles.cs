using System.Runtime.InteropServices;

namespace Popcorn.Linux.Libc;

/// <summary>sys/epoll.h, sys/timerfd.h, sys/inotify.h and time.h: descriptors that stand for no file.</summary>
internal static unsafe partial class SpecialFiles
{
    public const int Cloexec = 0x80000;

    [LibraryImport(Library.C, EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport(Library.C, EntryPoint = "timerfd_create", SetLastError = true)]
    public static partial int TimerfdCreate(int clock, int flags);

    [LibraryImport(Library.C, EntryPoint = "timerfd_settime", SetLastError = true)]
    public static partial int TimerfdSettime(int fd, int flags, TimerSetting* setting, TimerSetting* old);

    [LibraryImport(Library.C, EntryPoint = "inotify_init1", SetLastError = true)]
    public static partial int InotifyInit(int flags);

    [LibraryImport(Library.C, EntryPoint = "inotify_add_watch", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial int InotifyAddWatch(int fd, string path, uint mask);

    [LibraryImport(Library.C, EntryPoint = "inotify_rm_watch", SetLastError = true)]
    public static partial int InotifyRemoveWatch(int fd, int watch);

    [LibraryImport(Library.C, EntryPoint = "clock_gettime", SetLastError = true)]
    public static partial int ClockGettime(int clock, TimeSpecification* time);

    [LibraryImport(Library.C, EntryPoint = "open_by_handle_at", SetLastError = true)]
    public static partial int OpenByHandleAt(int mount, byte* handle, int flags);
}

/// <summary><c>struct itimerspec</c>.</summary>
internal struct TimerSetting
{
    public TimeSpecification Interval;
    public TimeSpecification Value;
}

/// <summary><c>struct timespec</c>.</summary>
internal struct TimeSpecification
{
    public long Seconds;
    public long Nanoseconds;
}

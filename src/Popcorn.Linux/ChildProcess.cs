using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Popcorn.Linux.Libc;

namespace Popcorn.Linux;

/// <summary>
/// A child of this process, or a descendant, held by a pidfd so that a recycled pid is never signalled. Dispose does
/// not end it. Only a child can be reaped; of a descendant we see just that it has ended.
/// </summary>
public sealed unsafe class ChildProcess : IDisposable
{
    // asm-generic/siginfo.h: si_code at 8, si_status at 24 (tests compare with a C probe); CLD_EXITED = 1.
    private const int CodeOffset = 8;
    private const int StatusOffset = 24;
    private const int ExitedCode = 1;

    // si_pid, si_uid and si_value of a queued signal; SI_QUEUE = -1.
    private const int SenderOffset = 16;
    private const int SenderUserOffset = 20;
    private const int ValueOffset = 24;
    private const int QueuedCode = -1;

    private readonly SafeFileHandle _pidfd;
    private ExitStatus? _status;

    private readonly bool _isChild;

    private ChildProcess(int pid, SafeFileHandle pidfd, bool isChild)
    {
        Pid = pid;
        _pidfd = pidfd;
        _isChild = isChild;
    }

    /// <summary>Stands for a process whose pid is not known yet.</summary>
    public static ChildProcess None => new(0, new SafeFileHandle(-1, ownsHandle: false), isChild: false);

    public bool IsNone => Pid == 0;

    public int Pid { get; }

    /// <summary>Readable once the child has ended; for <see cref="Waiting.Poll"/>.</summary>
    public int PollDescriptor => (int)_pidfd.DangerousGetHandle();

    public bool IsReaped => _status is not null;

    public static ChildProcess Start(SpawnRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        byte* actions = stackalloc byte[Spawn.OpaqueBytes];
        byte* attributes = stackalloc byte[Spawn.OpaqueBytes];
        using NativeStrings arguments = new(request.Arguments);
        using NativeStrings environment = new(request.Environment);
        // SAFETY: both opaque objects fit their buffers (see Spawn), are initialised before use and destroyed after.
        _ = Spawn.FileActionsInit(actions);
        _ = Spawn.AttributesInit(attributes);
        foreach ((int ours, int target) in request.Descriptors)
            _ = Spawn.FileActionsAddDup2(actions, ours, target);
        _ = Spawn.AttributesSetFlags(attributes, Spawn.SetSigdef | Spawn.SetSigmask);
        _ = Spawn.AttributesSetSigmask(attributes, request.BlockedSignals);
        _ = Spawn.AttributesSetSigdefault(attributes, request.DefaultSignals);
        int errno = Spawn.PosixSpawn(
            out int pid, request.Path, actions, attributes, arguments.Array, environment.Array);
        _ = Spawn.AttributesDestroy(attributes);
        _ = Spawn.FileActionsDestroy(actions);
        if (errno != 0)
            throw new LinuxCallException("posix_spawn", errno, $"cannot start '{request.Path}'");
        return Open(pid, isChild: true);
    }

    /// <summary>A process that some descendant of ours started. Null when there is none of that number.</summary>
    public static ChildProcess? TryAttach(int pid)
    {
        try
        {
            return Open(pid, isChild: false);
        }
        catch (LinuxCallException)
        {
            return null;
        }
    }

    private static ChildProcess Open(int pid, bool isChild)
    {
        int pidfd = SysPidfd.PidfdOpen(pid, 0);
        return pidfd >= 0
            ? new ChildProcess(pid, new SafeFileHandle(pidfd, ownsHandle: true), isChild)
            : throw new LinuxCallException(
                "pidfd_open", Marshal.GetLastPInvokeError(), $"cannot watch process {pid}");
    }

    /// <summary>It runs no more. A child of ours is reaped by this.</summary>
    public bool HasEnded => _isChild ? TryReap(out _) : Waiting.IsReadable(PollDescriptor, timeoutMs: 0);

    /// <summary>False when it has already ended.</summary>
    public bool Signal(int signal) =>
        SysPidfd.PidfdSendSignal(PollDescriptor, signal, 0, 0) == 0;

    /// <summary>
    /// Passes on a signal that somebody else sent to us. The value marks it for the runtime, which shows the program
    /// the original sender. False when the child has already ended.
    /// </summary>
    public bool SignalFor(ReceivedSignal signal, ulong mark)
    {
        byte* info = stackalloc byte[128];
        Span<byte> fields = new(info, 128);
        fields.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(fields, signal.Number);
        BinaryPrimitives.WriteInt32LittleEndian(fields[CodeOffset..], QueuedCode);
        BinaryPrimitives.WriteInt32LittleEndian(fields[SenderOffset..], signal.SenderPid);
        BinaryPrimitives.WriteUInt32LittleEndian(fields[SenderUserOffset..], signal.SenderUser);
        BinaryPrimitives.WriteUInt64LittleEndian(fields[ValueOffset..], mark);
        // SAFETY: siginfo_t is 128 bytes on every Linux ABI, and the call only reads it.
        return SysPidfd.PidfdSendSignal(PollDescriptor, signal.Number, (nint)info, 0) == 0;
    }

    /// <summary>Signals one thread. False when it is gone. What has not ended is not reaped, so its pid is not
    /// recycled.</summary>
    public bool SignalThread(int tid, int signal) => !HasEnded && Libc.Signal.Tgkill(Pid, tid, signal) == 0;

    /// <summary>Reaps the child if it has ended; the answer is remembered.</summary>
    public bool TryReap(out ExitStatus status) => TryReap(wait: false, out status);

    /// <summary>Waits until the child has ended.</summary>
    public ExitStatus Reap()
    {
        if (!_isChild)
        {
            while (!Waiting.IsReadable(PollDescriptor, timeoutMs: -1))
            {
            }
            return new ExitStatus(BySignal: true, SignalNumbers.Kill);
        }
        _ = TryReap(wait: true, out ExitStatus status);
        return status;
    }

    /// <summary>Our duplicate of one of its descriptors.</summary>
    public SafeFileHandle Duplicate(int descriptor)
    {
        int fd = SysPidfd.PidfdGetfd(PollDescriptor, descriptor, 0);
        if (fd < 0)
        {
            throw new LinuxCallException(
                "pidfd_getfd", Marshal.GetLastPInvokeError(), $"cannot take descriptor {descriptor} of process {Pid}");
        }
        return new SafeFileHandle(fd, ownsHandle: true);
    }

    public void Dispose() => _pidfd.Dispose();

    private bool TryReap(bool wait, out ExitStatus status)
    {
        status = _status.GetValueOrDefault();
        if (_status is not null)
            return true;
        byte* info = stackalloc byte[128];
        int options = SysPidfd.WaitExited | (wait ? 0 : SysPidfd.WaitNohang);
        // SAFETY: siginfo_t is 128 bytes on every Linux ABI.
        int result;
        int errno = 0;
        do
        {
            new Span<byte>(info, 128).Clear();
            result = SysPidfd.Waitid(SysPidfd.IdPidfd, PollDescriptor, info, options);
            if (result < 0)
                errno = Marshal.GetLastPInvokeError();
        }
        while (result < 0 && errno == Errno.Interrupted);
        if (result < 0 && errno == Errno.NoChild)
        {
            // Somebody else has taken its status; all there is to know is that it has ended.
            _status = status = new ExitStatus(BySignal: true, SignalNumbers.Kill);
            return true;
        }
        if (result < 0)
            throw new LinuxCallException("waitid", errno, $"cannot wait for process {Pid}");
        ReadOnlySpan<byte> fields = new(info, 128);
        if (BinaryPrimitives.ReadInt32LittleEndian(fields) == 0)
            return false;
        int code = BinaryPrimitives.ReadInt32LittleEndian(fields[CodeOffset..]);
        int number = BinaryPrimitives.ReadInt32LittleEndian(fields[StatusOffset..]);
        _status = status = new ExitStatus(code != ExitedCode, number);
        return true;
    }
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Popcorn.Linux.Libc;

namespace Popcorn.Linux;

/// <summary>A signal that was sent to this process, and by whom: <see cref="FromKernel"/> is the terminal.</summary>
public readonly record struct ReceivedSignal(int Number, bool FromKernel, int SenderPid, uint SenderUser);

/// <summary>
/// A signalfd. Every thread must have the signals blocked, which only holds when the process was executed with them
/// blocked: see <see cref="HostProcess.ExecuteSelfWithBlocked"/>.
/// </summary>
public sealed unsafe class SignalReceiver : IDisposable
{
    private const int RecordBytes = 128;
    private const int CodeOffset = 8;
    private const int PidOffset = 12;
    private const int UserOffset = 16;

    // asm-generic/siginfo.h: SI_KERNEL.
    private const int KernelCode = 0x80;

    private readonly SafeFileHandle _file;

    public SignalReceiver(SignalSet signals)
    {
        int fd = Signal.Signalfd(-1, signals, Signal.SignalfdCloexec | Signal.SignalfdNonblock);
        if (fd < 0)
            throw new LinuxCallException("signalfd", Marshal.GetLastPInvokeError(), "cannot receive signals");
        _file = new SafeFileHandle(fd, ownsHandle: true);
    }

    public int PollDescriptor => (int)_file.DangerousGetHandle();

    public bool TryTake(out ReceivedSignal signal)
    {
        byte* record = stackalloc byte[RecordBytes];
        // SAFETY: a read from a signalfd gives whole records of 128 bytes.
        if (Unistd.Read(PollDescriptor, record, RecordBytes) != RecordBytes)
        {
            signal = default;
            return false;
        }
        ReadOnlySpan<byte> fields = new(record, RecordBytes);
        signal = new ReceivedSignal(
            BinaryPrimitives.ReadInt32LittleEndian(fields),
            BinaryPrimitives.ReadInt32LittleEndian(fields[CodeOffset..]) == KernelCode,
            BinaryPrimitives.ReadInt32LittleEndian(fields[PidOffset..]),
            BinaryPrimitives.ReadUInt32LittleEndian(fields[UserOffset..]));
        return true;
    }

    public void Dispose() => _file.Dispose();
}

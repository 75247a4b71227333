using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Popcorn.Linux.Libc;

namespace Popcorn.Linux;

/// <summary>One of the two queues of a TCP socket (linux/tcp.h).</summary>
public enum TcpQueueKind
{
    Receive = 1, // TCP_RECV_QUEUE
    Send = 2,
}

/// <summary>
/// A TCP socket in repair mode (TCP_REPAIR): what the protocol knows can be read and set, connecting makes a connection
/// without a word to the other side, and closing ends it without one. It needs CAP_NET_ADMIN.
/// </summary>
public static unsafe class TcpRepair
{
    private const int LevelTcp = 6;
    private const int RepairOption = 19;
    private const int QueueOption = 20;
    private const int SequenceOption = 21;
    private const int AgreedOption = 22;
    private const int TimestampOption = 24;
    private const int WindowOption = 29;
    private const int WindowBytes = 20;
    private const int MsgDontwait = 0x40;

    /// <summary>Null when we may, else why not.</summary>
    public static LinuxCallException? WhyNot()
    {
        using SafeFileHandle socket = KernelSocket.Create(SysSocket.AfInet, SysSocket.SockStream, 0);
        try
        {
            Enter(socket);
            return null;
        }
        catch (LinuxCallException e)
        {
            return e;
        }
    }

    /// <summary>The socket forgets whether its address may be used again (SO_REUSEADDR).</summary>
    public static void Enter(SafeFileHandle socket) => Set(socket, RepairOption, 1);

    /// <summary>Without telling the other side.</summary>
    public static void Leave(SafeFileHandle socket) => Set(socket, RepairOption, -1);

    /// <summary>The number of the byte behind the last one of a queue.</summary>
    public static uint Sequence(SafeFileHandle socket, TcpQueueKind queue)
    {
        Set(socket, QueueOption, (int)queue);
        return (uint)Get(socket, SequenceOption);
    }

    /// <summary>Before it is connected.</summary>
    public static void SetSequence(SafeFileHandle socket, TcpQueueKind queue, uint sequence)
    {
        Set(socket, QueueOption, (int)queue);
        Set(socket, SequenceOption, (int)sequence);
    }

    /// <summary>Up to so many bytes of a queue, from its start.</summary>
    public static byte[] Peek(SafeFileHandle socket, TcpQueueKind queue, int bytesMax)
    {
        Set(socket, QueueOption, (int)queue);
        return KernelSocket.Peek(socket, bytesMax);
    }

    /// <summary>Appends to a queue: to what has been received, or to what has been sent and not been
    /// confirmed.</summary>
    public static void Fill(SafeFileHandle socket, TcpQueueKind queue, ReadOnlySpan<byte> bytes)
    {
        Set(socket, QueueOption, (int)queue);
        Send(socket, bytes);
    }

    /// <summary>Hands bytes to a connection, all of them or it fails; there must be room for them.</summary>
    public static void Send(SafeFileHandle socket, ReadOnlySpan<byte> bytes)
    {
        // More at once would need more memory in one piece than the kernel may have.
        const int PieceBytesMax = 16 * 1024;
        // SAFETY: the bytes are pinned for the calls, each of which reads at most what is left.
        fixed (byte* start = bytes)
        {
            for (int done = 0; done < bytes.Length;)
            {
                nint count = SysSocket.Send(
                    socket.Number(), start + done, (nuint)Math.Min(bytes.Length - done, PieceBytesMax),
                    SysSocket.MsgNosignal | MsgDontwait);
                if (count <= 0)
                {
                    throw new LinuxCallException(
                        "send", Marshal.GetLastPInvokeError(),
                        $"cannot put {bytes.Length} bytes back into a TCP connection");
                }
                done += (int)count;
            }
        }
    }

    /// <summary>snd_wl1, snd_wnd, max_window, rcv_wnd, rcv_wup of struct tcp_repair_window.</summary>
    public static byte[] Window(SafeFileHandle socket) => GetBytes(socket, WindowOption, WindowBytes);

    public static void SetWindow(SafeFileHandle socket, ReadOnlySpan<byte> window) =>
        SetBytes(socket, WindowOption, window);

    public static uint Timestamp(SafeFileHandle socket) => (uint)Get(socket, TimestampOption);

    public static void SetTimestamp(SafeFileHandle socket, uint value) => Set(socket, TimestampOption, (int)value);

    /// <summary>The largest segment, as both sides agreed.</summary>
    public static uint SegmentBytesMax(SafeFileHandle socket)
    {
        const int MaximumSegment = 2; // TCP_MAXSEG, which in repair mode gives what was agreed.
        return (uint)Get(socket, MaximumSegment);
    }

    /// <summary>What both sides agreed on when they connected: TCP option numbers (RFC 9293) with their
    /// values.</summary>
    public static void Agree(SafeFileHandle socket, params (uint Option, uint Value)[] options)
    {
        ArgumentNullException.ThrowIfNull(options);
        const int EntryBytes = 8; // struct tcp_repair_opt
        byte[] bytes = new byte[options.Length * EntryBytes];
        for (int i = 0; i < options.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * EntryBytes), options[i].Option);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * EntryBytes + 4), options[i].Value);
        }
        SetBytes(socket, AgreedOption, bytes);
    }

    private static int Get(SafeFileHandle socket, int option) =>
        BinaryPrimitives.ReadInt32LittleEndian(GetBytes(socket, option, sizeof(int)));

    private static byte[] GetBytes(SafeFileHandle socket, int option, int bytes)
    {
        byte[]? value = KernelSocket.Option(socket, LevelTcp, option, bytes);
        return value?.Length == bytes ? value : throw new LinuxCallException(
            "getsockopt", Marshal.GetLastPInvokeError(), $"cannot read option {option} of a TCP connection");
    }

    private static void Set(SafeFileHandle socket, int option, int value) =>
        SetBytes(socket, option, BitConverter.GetBytes(value));

    private static void SetBytes(SafeFileHandle socket, int option, ReadOnlySpan<byte> value)
    {
        if (!KernelSocket.TrySetOption(socket, LevelTcp, option, value))
        {
            throw new LinuxCallException(
                "setsockopt", Marshal.GetLastPInvokeError(), $"cannot set option {option} of a TCP connection");
        }
    }
}

using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Popcorn.Linux.Libc;

namespace Popcorn.Linux;

/// <summary>What the kernel's table of unix sockets says of one.</summary>
/// <param name="Peer">Inode of the socket it is connected to; 0 when that has been closed, null without one.</param>
/// <param name="QueueBytes">Of a listener, the connections that nobody has accepted.</param>
/// <param name="SendQueueBytes">Of a listener, its backlog.</param>
/// <param name="Shutdown">1 for reading, 2 for writing.</param>
public readonly record struct UnixSocketStatus(
    bool IsListening, ulong? Peer, uint QueueBytes, uint SendQueueBytes, uint Shutdown);

/// <summary>All unix sockets of this network namespace, by inode: sock_diag(7), NETLINK_SOCK_DIAG.</summary>
public static unsafe class UnixSocketTable
{
    private const int AfNetlink = 16;
    private const int SockRaw = 3;
    private const int SockDiagProtocol = 4;
    private const ushort SockDiagByFamily = 20;
    private const ushort RequestDump = 0x301;
    private const ushort MessageError = 2;
    private const ushort MessageDone = 3;
    private const int HeaderBytes = 16;
    private const int RecordBytes = 16;

    // linux/unix_diag.h: what to show, and attributes.
    private const uint ShowPeer = 4;
    private const uint ShowQueues = 0x10;
    private const ushort AttributePeer = 2;
    private const ushort AttributeQueues = 4;
    private const ushort AttributeShutdown = 6;
    private const byte StateListen = 10;

    /// <summary>Empty when the kernel has no such table.</summary>
    public static Dictionary<ulong, UnixSocketStatus> Read()
    {
        Dictionary<ulong, UnixSocketStatus> sockets = [];
        using SafeFileHandle socket = KernelSocket.Create(AfNetlink, SockRaw, SockDiagProtocol);
        byte[] request = new byte[HeaderBytes + 24];
        BinaryPrimitives.WriteInt32LittleEndian(request, request.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(request.AsSpan(4), SockDiagByFamily);
        BinaryPrimitives.WriteUInt16LittleEndian(request.AsSpan(6), RequestDump);
        request[HeaderBytes] = SysSocket.AfUnix;
        BinaryPrimitives.WriteUInt32LittleEndian(request.AsSpan(HeaderBytes + 4), uint.MaxValue);
        BinaryPrimitives.WriteUInt32LittleEndian(request.AsSpan(HeaderBytes + 12), ShowPeer | ShowQueues);
        if (!KernelSocket.TrySend(socket, request))
            return sockets;
        byte[] buffer = new byte[64 * 1024];
        while (true)
        {
            nint count;
            // SAFETY: the kernel writes at most the buffer's length.
            fixed (byte* start = buffer)
                count = SysSocket.Receive(socket.Number(), start, (nuint)buffer.Length, 0);
            if (count <= 0 || ReadMessages(buffer.AsSpan(0, (int)count), sockets))
                return sockets;
        }
    }

    /// <summary>True after the last one.</summary>
    private static bool ReadMessages(ReadOnlySpan<byte> bytes, Dictionary<ulong, UnixSocketStatus> sockets)
    {
        while (bytes.Length >= HeaderBytes)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
            ushort type = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
            if (type is MessageDone or MessageError || length < HeaderBytes || length > bytes.Length)
                return true;
            if (type == SockDiagByFamily && length >= HeaderBytes + RecordBytes)
                ReadSocket(bytes[HeaderBytes..length], sockets);
            bytes = bytes[Math.Min(bytes.Length, (length + 3) & ~3)..];
        }
        return false;
    }

    private static void ReadSocket(ReadOnlySpan<byte> record, Dictionary<ulong, UnixSocketStatus> sockets)
    {
        bool isListening = record[2] == StateListen;
        uint inode = BinaryPrimitives.ReadUInt32LittleEndian(record[4..]);
        UnixSocketStatus status = new(isListening, null, 0, 0, 0);
        record = record[RecordBytes..];
        while (record.Length >= 4)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(record);
            ushort type = BinaryPrimitives.ReadUInt16LittleEndian(record[2..]);
            if (length < 4 || length > record.Length)
                break;
            ReadOnlySpan<byte> value = record[4..length];
            if (type == AttributePeer && value.Length >= 4)
                status = status with { Peer = BinaryPrimitives.ReadUInt32LittleEndian(value) };
            else if (type == AttributeQueues && value.Length >= 8)
            {
                status = status with
                {
                    QueueBytes = BinaryPrimitives.ReadUInt32LittleEndian(value),
                    SendQueueBytes = BinaryPrimitives.ReadUInt32LittleEndian(value[4..]),
                };
            }
            else if (type == AttributeShutdown && value.Length >= 1)
                status = status with { Shutdown = value[0] };
            record = record[Math.Min(record.Length, (length + 3) & ~3)..];
        }
        sockets[inode] = status;
    }
}

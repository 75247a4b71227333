using System.Buffers.Binary;
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
public static class UnixSocketTable
{
    private const int SockDiagProtocol = 4;
    private const ushort SockDiagByFamily = 20;
    private const ushort RequestDump = 0x301;
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
        const int HeaderBytes = NetlinkSocket.HeaderBytes;
        Dictionary<ulong, UnixSocketStatus> sockets = [];
        using NetlinkSocket socket = new(SockDiagProtocol);
        byte[] request = new byte[HeaderBytes + 24];
        BinaryPrimitives.WriteInt32LittleEndian(request, request.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(request.AsSpan(4), SockDiagByFamily);
        BinaryPrimitives.WriteUInt16LittleEndian(request.AsSpan(6), RequestDump);
        request[HeaderBytes] = SysSocket.AfUnix;
        BinaryPrimitives.WriteUInt32LittleEndian(request.AsSpan(HeaderBytes + 4), uint.MaxValue);
        BinaryPrimitives.WriteUInt32LittleEndian(request.AsSpan(HeaderBytes + 12), ShowPeer | ShowQueues);
        foreach (NetlinkReply reply in socket.Ask(request, "cannot ask for the table of unix sockets"))
        {
            if (reply.Type == SockDiagByFamily && reply.Payload.Length >= RecordBytes)
                ReadSocket(reply.Payload, sockets);
        }
        return sockets;
    }

    private static void ReadSocket(ReadOnlyMemory<byte> record, Dictionary<ulong, UnixSocketStatus> sockets)
    {
        bool isListening = record.Span[2] == StateListen;
        uint inode = BinaryPrimitives.ReadUInt32LittleEndian(record.Span[4..]);
        UnixSocketStatus status = new(isListening, null, 0, 0, 0);
        foreach ((int type, ReadOnlyMemory<byte> value) in NetlinkSocket.Attributes(record[RecordBytes..]))
        {
            if (type == AttributePeer && value.Length >= 4)
                status = status with { Peer = BinaryPrimitives.ReadUInt32LittleEndian(value.Span) };
            else if (type == AttributeQueues && value.Length >= 8)
            {
                status = status with
                {
                    QueueBytes = BinaryPrimitives.ReadUInt32LittleEndian(value.Span),
                    SendQueueBytes = BinaryPrimitives.ReadUInt32LittleEndian(value.Span[4..]),
                };
            }
            else if (type == AttributeShutdown && value.Length >= 1)
                status = status with { Shutdown = value.Span[0] };
        }
        sockets[inode] = status;
    }
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Popcorn.Linux.Libc;

namespace Popcorn.Linux;

/// <summary>One message of the kernel's, behind its header (netlink(7)).</summary>
/// <param name="Type">The family's own numbers begin at 16.</param>
internal readonly record struct NetlinkReply(ushort Type, ReadOnlyMemory<byte> Payload)
{
    public const ushort Error = 2; // NLMSG_ERROR; with 0 an acknowledgement.
    public const ushort Done = 3; // NLMSG_DONE

    /// <summary>errno of an <see cref="Error"/>.</summary>
    public int Errno => Payload.Length >= 4 ? -BinaryPrimitives.ReadInt32LittleEndian(Payload.Span) : 0;
}

/// <summary>A line to one of the kernel's netlink families. It answers within the call that asks.</summary>
internal sealed unsafe class NetlinkSocket : IDisposable
{
    public const int HeaderBytes = 16;

    private const int AfNetlink = 16;
    private const int SockRaw = 3;
    private const int MsgDontwait = 0x40;
    private const int BufferBytes = 64 * 1024;

    private readonly SafeFileHandle _socket;

    /// <param name="family">NETLINK_*.</param>
    public NetlinkSocket(int family) => _socket = KernelSocket.Create(AfNetlink, SockRaw, family);

    /// <summary>Sends one or several messages and returns all that comes back, up to and without the end of a
    /// list.</summary>
    /// <param name="purpose">What cannot be done if that fails.</param>
    public IReadOnlyList<NetlinkReply> Ask(ReadOnlySpan<byte> request, string purpose)
    {
        // SAFETY: the bytes are pinned for the call, which reads at most their length.
        fixed (byte* start = request)
        {
            if (SysSocket.Send(_socket.Number(), start, (nuint)request.Length, 0) < 0)
                throw new LinuxCallException("send(netlink)", Marshal.GetLastPInvokeError(), purpose);
        }
        List<NetlinkReply> replies = [];
        byte[] buffer = new byte[BufferBytes];
        while (true)
        {
            nint count;
            // SAFETY: the kernel writes at most the buffer's length.
            fixed (byte* start = buffer)
                count = SysSocket.Receive(_socket.Number(), start, (nuint)buffer.Length, MsgDontwait);
            if (count <= 0 || !Split(buffer.AsSpan(0, (int)count), replies))
                return replies;
        }
    }

    /// <summary>The attributes in some bytes, nested ones with their header taken off.</summary>
    public static IEnumerable<(int Type, ReadOnlyMemory<byte> Value)> Attributes(ReadOnlyMemory<byte> bytes)
    {
        const int TypeMask = 0x3fff; // NLA_TYPE_MASK
        const int HeaderBytes = 4;
        while (bytes.Length >= HeaderBytes)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(bytes.Span);
            int type = BinaryPrimitives.ReadUInt16LittleEndian(bytes.Span[2..]) & TypeMask;
            if (length < HeaderBytes || length > bytes.Length)
                yield break;
            yield return (type, bytes[HeaderBytes..length]);
            bytes = bytes[Math.Min(bytes.Length, Align(length))..];
        }
    }

    public static int Align(int length) => (length + 3) & ~3;

    public void Dispose() => _socket.Dispose();

    /// <summary>False after the last one of a list.</summary>
    private static bool Split(ReadOnlySpan<byte> bytes, List<NetlinkReply> replies)
    {
        while (bytes.Length >= HeaderBytes)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
            ushort type = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
            if (type == NetlinkReply.Done || length < HeaderBytes || length > bytes.Length)
                return false;
            replies.Add(new NetlinkReply(type, bytes[HeaderBytes..length].ToArray()));
            bytes = bytes[Math.Min(bytes.Length, Align(length))..];
        }
        return true;
    }
}

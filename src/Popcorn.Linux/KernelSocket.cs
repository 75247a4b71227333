using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Popcorn.Linux.Libc;

namespace Popcorn.Linux;

/// <summary>
/// Calls on sockets of any family, addresses as raw bytes: .NET's Socket knows too few of them, and takes over what it
/// is given.
/// </summary>
public static unsafe class KernelSocket
{
    private const int AddressBytesMax = 128;
    private const int MessageBytesMax = 1 << 20;
    private const int MsgPeek = 2;
    private const int MsgDontwait = 0x40;
    private const int MsgTrunc = 0x20;
    private const int SoPeekOff = 42;

    public static SafeFileHandle Create(int domain, int type, int protocol) => KernelFile.Own(
        SysSocket.Socket(domain, type | SysSocket.SockCloexec, protocol), "socket", "cannot create a socket");

    public static (SafeFileHandle, SafeFileHandle) CreatePair(int domain, int type, int protocol)
    {
        int* fds = stackalloc int[2];
        // SAFETY: socketpair writes two numbers.
        KernelFile.Check(
            SysSocket.Socketpair(domain, type | SysSocket.SockCloexec, protocol, fds), "socketpair",
            "cannot create a socket pair");
        return (new SafeFileHandle(fds[0], ownsHandle: true), new SafeFileHandle(fds[1], ownsHandle: true));
    }

    /// <summary>Empty when there is none.</summary>
    public static byte[] Local(SafeFileHandle socket) => Address(socket, isPeer: false);

    public static byte[] Peer(SafeFileHandle socket) => Address(socket, isPeer: true);

    /// <summary>Null when the socket has no such option.</summary>
    public static byte[]? Option(SafeFileHandle socket, int level, int name, int bytesMax = 64)
    {
        byte[] value = new byte[bytesMax];
        uint length = (uint)bytesMax;
        // SAFETY: the kernel writes at most length bytes.
        fixed (byte* start = value)
        {
            if (SysSocket.Getsockopt(socket.Number(), level, name, start, ref length) != 0)
                return null;
        }
        return value[..(int)length];
    }

    public static int Number(SafeFileHandle socket, int level, int name) =>
        Option(socket, level, name) is { Length: >= 4 } value ? BitConverter.ToInt32(value) : 0;

    public static bool TrySetOption(SafeFileHandle socket, int level, int name, ReadOnlySpan<byte> value)
    {
        // SAFETY: the value is pinned for the call.
        fixed (byte* start = value)
            return SysSocket.Setsockopt(socket.Number(), level, name, start, (uint)value.Length) == 0;
    }

    /// <summary>0, or what the kernel has against it.</summary>
    public static int Bind(SafeFileHandle socket, ReadOnlySpan<byte> address)
    {
        // SAFETY: the address is pinned for the call.
        fixed (byte* start = address)
            return SysSocket.Bind(socket.Number(), start, (uint)address.Length) == 0
                ? 0 : Marshal.GetLastPInvokeError();
    }

    public static int Connect(SafeFileHandle socket, ReadOnlySpan<byte> address)
    {
        // SAFETY: as above.
        fixed (byte* start = address)
            return SysSocket.Connect(socket.Number(), start, (uint)address.Length) == 0
                ? 0 : Marshal.GetLastPInvokeError();
    }

    public static void Listen(SafeFileHandle socket, int backlog) =>
        KernelFile.Check(SysSocket.Listen(socket.Number(), backlog), "listen", "cannot listen");

    /// <param name="directions">1 for reading, 2 for writing, 3 for both.</param>
    public static void Shutdown(SafeFileHandle socket, uint directions)
    {
        if (directions != 0)
            KernelFile.Check(
                SysSocket.Shutdown(socket.Number(), (int)directions - 1), "shutdown", "cannot shut a socket down");
    }

    /// <summary>Whether whoever has read what is left gets the end of the stream, whichever side has brought it about,
    /// or an error.</summary>
    public static (bool HasEnd, bool HasFailed) ReadEnd(SafeFileHandle socket)
    {
        PollEntry entry = new() { Fd = socket.Number(), Events = SysPidfd.PollReadHangUp };
        // SAFETY: the kernel reads and writes the one entry, which is on our stack.
        _ = SysPidfd.Poll(&entry, 1, 0);
        return ((entry.Returned & SysPidfd.PollReadHangUp) != 0, (entry.Returned & SysPidfd.PollError) != 0);
    }

    /// <summary>Up to so many bytes that wait in a stream, left where they are.</summary>
    public static byte[] Peek(SafeFileHandle socket, int bytesMax)
    {
        if (bytesMax <= 0)
            return [];
        byte[] bytes = new byte[bytesMax];
        nint count;
        // SAFETY: the kernel writes at most the buffer's length.
        fixed (byte* start = bytes)
            count = SysSocket.Receive(socket.Number(), start, (nuint)bytesMax, MsgPeek | MsgDontwait);
        if (count >= 0)
            return bytes[..(int)count];
        int errno = Marshal.GetLastPInvokeError();
        return errno == Errno.Again
            ? [] : throw new LinuxCallException("recv", errno, "cannot read what waits in a socket");
    }

    /// <summary>Somebody who is connected already.</summary>
    public static SafeFileHandle Accept(SafeFileHandle listener) => KernelFile.Own(
        SysSocket.Accept(listener.Number(), null, null, SysSocket.SockCloexec), "accept4",
        "cannot accept a connection");

    /// <summary>Bytes of a stream that the other side has not confirmed, and of them those it has not been
    /// sent.</summary>
    public static (int Unconfirmed, int Unsent) Outgoing(SafeFileHandle socket)
    {
        int unconfirmed = 0;
        int unsent = 0;
        // SAFETY: each request writes one int.
        KernelFile.Check(
            SysIoctl.IoctlBytes(socket.Number(), SysIoctl.BytesUnconfirmed, (byte*)&unconfirmed), "ioctl(SIOCOUTQ)",
            "cannot ask a socket for what it has to send");
        KernelFile.Check(
            SysIoctl.IoctlBytes(socket.Number(), SysIoctl.BytesUnsent, (byte*)&unsent), "ioctl(SIOCOUTQNSD)",
            "cannot ask a socket for what it has to send");
        return (unconfirmed, unsent);
    }

    /// <summary>One message, or part of a stream, without waiting; false when there is no room for it.</summary>
    public static bool TrySend(SafeFileHandle socket, ReadOnlySpan<byte> bytes)
    {
        // SAFETY: the bytes are pinned for the call.
        fixed (byte* start = bytes)
        {
            nint count = SysSocket.Send(
                socket.Number(), start, (nuint)bytes.Length, SysSocket.MsgNosignal | MsgDontwait);
            return count == bytes.Length;
        }
    }

    /// <summary>
    /// Everything that waits to be read, left where it is: each message, or pieces of a stream. Nobody else may read
    /// meanwhile.
    /// </summary>
    public static IReadOnlyList<byte[]> PeekAll(SafeFileHandle socket)
    {
        List<byte[]> messages = [];
        byte[] old = Option(socket, SysSocket.SolSocket, SoPeekOff) ?? BitConverter.GetBytes(-1);
        if (!TrySetOption(socket, SysSocket.SolSocket, SoPeekOff, BitConverter.GetBytes(0)))
            throw new LinuxCallException(
                "setsockopt(SO_PEEK_OFF)", Marshal.GetLastPInvokeError(), "cannot look at what waits in a socket");
        byte[] buffer = new byte[MessageBytesMax];
        // SAFETY: the kernel writes at most the buffer's length.
        fixed (byte* start = buffer)
        {
            while (true)
            {
                nint count = SysSocket.Receive(
                    socket.Number(), start, (nuint)buffer.Length, MsgPeek | MsgDontwait | MsgTrunc);
                if (count <= 0)
                    break;
                if (count > buffer.Length)
                    throw new LinuxCallException($"a message of {count} bytes waits in a socket, which is too large");
                messages.Add(buffer[..(int)count]);
            }
        }
        _ = TrySetOption(socket, SysSocket.SolSocket, SoPeekOff, old);
        return messages;
    }

    private static byte[] Address(SafeFileHandle socket, bool isPeer)
    {
        byte[] address = new byte[AddressBytesMax];
        uint length = AddressBytesMax;
        // SAFETY: the kernel writes at most length bytes.
        fixed (byte* start = address)
        {
            int result = isPeer
                ? SysSocket.Getpeername(socket.Number(), start, ref length)
                : SysSocket.Getsockname(socket.Number(), start, ref length);
            return result == 0 ? address[..(int)Math.Min(length, AddressBytesMax)] : [];
        }
    }
}

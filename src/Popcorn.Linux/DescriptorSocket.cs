using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Popcorn.Linux.Libc;

namespace Popcorn.Linux;

/// <summary>
/// One end of a connected stream socket that can carry descriptors. A call that the other process does not serve fails
/// with EAGAIN once patience with it is over. .NET's Socket cannot send SCM_RIGHTS.
/// </summary>
public sealed unsafe class DescriptorSocket : IDisposable
{
    private readonly SafeFileHandle _socket;
    private readonly Patience? _patience;

    private DescriptorSocket(SafeFileHandle socket, Patience? patience)
    {
        _socket = socket;
        _patience = patience;
    }

    public int Descriptor => (int)_socket.DangerousGetHandle();

    /// <summary>Two connected ends, both closed on exec, with buffers of the given size where the system allows
    /// it.</summary>
    /// <param name="patience">Ours with the process that has the other end.</param>
    public static (DescriptorSocket Ours, DescriptorSocket Theirs) CreatePair(int bufferBytes, Patience patience)
    {
        int* fds = stackalloc int[2];
        if (SysSocket.Socketpair(SysSocket.AfUnix, SysSocket.SockStream | SysSocket.SockCloexec, 0, fds) != 0)
            throw new LinuxCallException("socketpair", Marshal.GetLastPInvokeError(), "cannot create a socket pair");
        DescriptorSocket ours = new(new SafeFileHandle(fds[0], ownsHandle: true), patience);
        DescriptorSocket theirs = new(new SafeFileHandle(fds[1], ownsHandle: true), patience: null);
        ours.SetBuffer(bufferBytes);
        ours.SetTimeout(Patience.Glance);
        return (ours, theirs);
    }

    /// <summary>Takes over a connected socket of which the caller gives up the handle.</summary>
    public static DescriptorSocket Adopt(SafeFileHandle socket) => new(socket, patience: null);

    public void SetTimeout(TimeSpan timeout)
    {
        long* time = stackalloc long[2];
        time[0] = timeout.Ticks / TimeSpan.TicksPerSecond;
        time[1] = timeout.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond;
        // SAFETY: struct timeval is two 64-bit numbers on our hosts.
        _ = SysSocket.Setsockopt(Descriptor, SysSocket.SolSocket, SysSocket.SoRcvtimeo, time, 16);
        _ = SysSocket.Setsockopt(Descriptor, SysSocket.SolSocket, SysSocket.SoSndtimeo, time, 16);
    }

    /// <summary>Sends all of it, or throws; a peer that is gone is an exception, never SIGPIPE.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        // SAFETY: the span is pinned during each call, which reads at most its length.
        fixed (byte* start = bytes)
        {
            bool waits = false;
            for (int done = 0; done < bytes.Length;)
            {
                nint count =
                    SysSocket.Send(Descriptor, start + done, (nuint)(bytes.Length - done), SysSocket.MsgNosignal);
                if (count > 0)
                {
                    done += (int)count;
                    waits = false;
                    continue;
                }
                int errno = Marshal.GetLastPInvokeError();
                if (!GoesOn(errno, ref waits))
                    throw new LinuxCallException("send", errno, "cannot send to the other process");
            }
        }
    }

    /// <summary>Sends the bytes with one descriptor riding on the first of them.</summary>
    public void Send(ReadOnlySpan<byte> bytes, SafeFileHandle descriptor)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        ArgumentOutOfRangeException.ThrowIfZero(bytes.Length);
        DescriptorMessage control = new()
        {
            // CMSG_LEN(sizeof(int)): header and payload without the padding.
            Length = (nuint)(sizeof(DescriptorMessage) - sizeof(int)),
            Level = SysSocket.SolSocket,
            Type = SysSocket.ScmRights,
            Descriptor = (int)descriptor.DangerousGetHandle(),
        };
        nint count;
        int errno = 0;
        // SAFETY: header, vector and control block live on this stack frame, the bytes are pinned.
        fixed (byte* start = bytes)
        {
            IoVector vector = new() { Base = (nuint)start, Length = (nuint)bytes.Length };
            MessageHeader header = new()
            {
                Vectors = &vector,
                VectorCount = 1,
                Control = &control,
                ControlLength = (nuint)sizeof(DescriptorMessage),
            };
            bool waits = false;
            do
            {
                count = SysSocket.Sendmsg(Descriptor, header, SysSocket.MsgNosignal);
                if (count < 0)
                    errno = Marshal.GetLastPInvokeError();
            }
            while (count < 0 && GoesOn(errno, ref waits));
        }
        if (count < 0)
            throw new LinuxCallException("sendmsg", errno, "cannot send a descriptor to the other process");
        Send(bytes[(int)count..]);
    }

    /// <summary>At least one byte, up to the buffer; 0 at the end of the stream. A passed descriptor is returned with
    /// them.</summary>
    public int Receive(Span<byte> buffer, out SafeFileHandle? descriptor)
    {
        DescriptorMessage control = default;
        nint count;
        int errno = 0;
        // SAFETY: the kernel writes at most the buffer's length and one control block, both pinned or on this stack.
        fixed (byte* start = buffer)
        {
            IoVector vector = new() { Base = (nuint)start, Length = (nuint)buffer.Length };
            MessageHeader header = new()
            {
                Vectors = &vector,
                VectorCount = 1,
                Control = &control,
                ControlLength = (nuint)sizeof(DescriptorMessage),
            };
            bool waits = false;
            do
            {
                count = SysSocket.Recvmsg(Descriptor, ref header, 0x40000000 /* MSG_CMSG_CLOEXEC */);
                if (count < 0)
                    errno = Marshal.GetLastPInvokeError();
            }
            while (count < 0 && GoesOn(errno, ref waits));
        }
        if (count < 0)
            throw new LinuxCallException("recvmsg", errno, "cannot receive from the other process");
        bool passed = control.Length != 0 && control.Type == SysSocket.ScmRights;
        descriptor = passed ? new SafeFileHandle(control.Descriptor, ownsHandle: true) : null;
        return (int)count;
    }

    /// <summary>The effective user id of the process at the other end, as the kernel saw it connect.</summary>
    public uint PeerUser()
    {
        PeerCredentials credentials;
        uint length = (uint)sizeof(PeerCredentials);
        // SAFETY: the kernel writes at most length bytes.
        if (SysSocket.Getsockopt(Descriptor, SysSocket.SolSocket, SysSocket.SoPeercred, &credentials, ref length) != 0)
            throw new LinuxCallException("getsockopt", Marshal.GetLastPInvokeError(), "cannot ask who is connected");
        return credentials.Uid;
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Whether a call that failed so is to be made again.</summary>
    /// <param name="waits">Whether it has come to nothing before.</param>
    private bool GoesOn(int errno, ref bool waits)
    {
        if (errno != Errno.Again || _patience is null)
            return errno == Errno.Interrupted;
        if (!waits)
            _patience.Begin();
        waits = true;
        return !_patience.IsOver();
    }

    private void SetBuffer(int bytes)
    {
        // SO_SNDBUFFORCE needs CAP_NET_ADMIN; without it the plain one is cut to net.core.wmem_max.
        // SAFETY: the option is one int.
        if (SysSocket.Setsockopt(Descriptor, SysSocket.SolSocket, SysSocket.SoSndbufforce, &bytes, sizeof(int)) != 0)
            _ = SysSocket.Setsockopt(Descriptor, SysSocket.SolSocket, SysSocket.SoSndbuf, &bytes, sizeof(int));
    }
}

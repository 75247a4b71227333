using Microsoft.Win32.SafeHandles;
using Popcorn.Linux;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Objects;

/// <summary>
/// TCP connections of a program that is saved. Those that go on from the image are cut off from the network while they
/// are read, until the program goes on or, if it is stopped, until the image is restored; with the program, they end
/// without a word. Owns the filter that does so. A program that goes on keeps its connections, and the image has them
/// as reset. </summary>
/// <param name="stop">The program ends with the checkpoint.</param>
/// <param name="image">That is being written, if contents are read.</param>
internal sealed class ConnectionReader(ObjectContents contents, bool stop, ImageIdentity? image) : IDisposable
{
    // TCP_* of net/tcp_states.h.
    private const int SynSent = 2;
    private const int SynReceived = 3;
    private const int FinWait1 = 4;
    private const int FinWait2 = 5;
    private const int Closed = 7;
    private const int LastAck = 9;
    private const int Listening = 10;
    private const int Closing = 11;

    private readonly Dictionary<OpenDescription, ConnectionEnds> _all = [];
    private readonly Dictionary<ConnectionEnds, int> _objects = [];
    private readonly List<OpenDescription> _read = [];
    private readonly ConnectionFilter? _filter = image is ImageIdentity identity ? ImageFilter.Of(identity) : null;
    private string? _whyNot;
    private bool _isHeld;

    /// <summary>Finds those among all sockets; when they are to be read, nothing reaches them from here on.</summary>
    public void Prepare(IEnumerable<OpenDescription> sockets)
    {
        foreach (OpenDescription socket in sockets)
        {
            try
            {
                if (IsConnection(socket.File))
                    _all.Add(socket, EndsOf(socket.File));
            }
            catch (LinuxCallException) when (image is null)
            {
                // The running program has closed it since we looked.
            }
        }
        ConnectionEnds[] kept = [.. _all.Where(c => Facts(c.Key.File)[0] != Closed).Select(c => c.Value).Where(IsKept)];
        if (kept.Length == 0 || (_whyNot = ImageFilter.WhyNot()) is not null || _filter is null)
            return;
        ImageFilter.RemoveExpired();
        _filter.HoldWhileWeLive(kept, ImageFilter.WhileWorking);
        _isHeld = true;
    }

    public bool IsConnection(OpenDescription socket) => _all.ContainsKey(socket);

    public ConnectionObject Read(OpenDescription socket)
    {
        SafeFileHandle file = socket.File;
        ConnectionEnds ends = _all[socket];
        byte[] facts = Facts(file);
        if (facts[0] is SynSent or SynReceived)
            throw new UnsavableException($"is being connected ({ends}); try again when that is done", passes: true);
        if (facts[0] == Closed)
            return ReadEnded(file);
        bool isKept = IsKept(ends);
        if (isKept && _whyNot is not null)
        {
            throw new UnsavableException(
                $"is a TCP connection ({ends}), and the other side must be kept waiting: {_whyNot}; or close it " +
                "first, or move the program live");
        }
        int domain = KernelSocket.Number(file, SocketConstants.SolSocket, SocketConstants.SoDomain);
        ConnectionObject connection = new(
            domain, KernelSocket.Local(file), KernelSocket.Peer(file), -1, 0,
            SocketOptions.ReadConnected(file, domain), ConnectionFate.WentOn, null, null);
        if (!isKept || _filter is null)
            return connection;
        RefuseUpperProtocol(file, ends);
        _read.Add(socket);
        bool hasSentEnd = facts[0] is FinWait1 or FinWait2 or LastAck or Closing;
        const uint Reading = 1;
        const uint Writing = 2;
        TcpRepair.Enter(file);
        try
        {
            return connection with
            {
                Fate = ConnectionFate.Waits,
                Shutdown = (KernelSocket.ReadEnd(file).HasEnd ? Reading : 0) | (hasSentEnd ? Writing : 0),
                State = ReadState(file, facts, hasSentEnd),
            };
        }
        finally
        {
            Leave(file, connection);
        }
    }

    /// <summary>The second of two ends completes both.</summary>
    public void Note(OpenDescription socket, int number, List<ImageObject> objects)
    {
        if (objects[number] is not ConnectionObject connection)
            return;
        ConnectionEnds ends = _all[socket];
        if (connection.Unread is null)
            _objects[ends] = number;
        if (connection.State is null || !_objects.TryGetValue(ends.Reversed, out int other))
            return;
        objects[number] = connection with { PeerObject = other };
        objects[other] = (ConnectionObject)objects[other] with { PeerObject = number };
    }

    /// <summary>The program goes on, and so do its connections.</summary>
    public void Release()
    {
        if (_isHeld)
            _filter!.Remove();
        _isHeld = false;
    }

    /// <summary>From here on they wait for the image to be restored. Fails when writing it has taken too
    /// long.</summary>
    public void Keep()
    {
        if (_isHeld && WithPeerOutside is { Length: > 0 } waiting)
        {
            ConnectionEnds[] inside = [.. _read.Select(r => _all[r]).Where(IsInside)];
            _filter!.Extend(waiting, ImageFilter.WhileStopped, released: inside);
        }
    }

    /// <summary>Just before the program is ended: nothing is told to anybody about that, and they wait on without
    /// us.</summary>
    public void Silence()
    {
        if (_isHeld && WithPeerOutside is { Length: > 0 } waiting)
            _filter!.Outlive(waiting, ImageFilter.WhileStopped);
        foreach (OpenDescription socket in _read)
            TcpRepair.Enter(socket.File);
        // What the program only says to itself waits for nothing.
        _isHeld &= WithPeerOutside.Length == 0;
    }

    public void Dispose()
    {
        Release();
        _filter?.Dispose();
    }

    private ConnectionEnds[] WithPeerOutside => [.. _read.Select(r => _all[r]).Where(e => !IsInside(e))];

    private bool IsInside(ConnectionEnds ends) => _all.ContainsValue(ends.Reversed);

    /// <summary>It goes on from the image.</summary>
    private bool IsKept(ConnectionEnds ends) => stop || IsInside(ends);

    private static bool IsConnection(SafeFileHandle file)
    {
        int domain = KernelSocket.Number(file, SocketConstants.SolSocket, SocketConstants.SoDomain);
        return domain is SocketConstants.AfInet or SocketConstants.AfInet6
            && KernelSocket.Number(file, SocketConstants.SolSocket, SocketConstants.SoProtocol)
                == SocketConstants.ProtocolTcp
            && Facts(file)[0] != Listening
            && (Facts(file)[0] != Closed || KernelSocket.ReadEnd(file).HasEnd);
    }

    /// <summary>Nobody waits for it, and nobody has its addresses.</summary>
    private ConnectionObject ReadEnded(SafeFileHandle file)
    {
        byte[] unread = image is null ? [] : KernelSocket.Peek(file, KernelFile.Readable(file));
        return new ConnectionObject(
            KernelSocket.Number(file, SocketConstants.SolSocket, SocketConstants.SoDomain), Array.Empty<byte>(),
            Array.Empty<byte>(), -1, 0, [],
            KernelSocket.ReadEnd(file).HasFailed ? ConnectionFate.Reset : ConnectionFate.Over, null,
            new QueuedBytes(0, (uint)unread.Length, 0, contents.Add(unread)));
    }

    private static ConnectionEnds EndsOf(SafeFileHandle file) => new(
        SocketConstants.EndOf(KernelSocket.Local(file)), SocketConstants.EndOf(KernelSocket.Peer(file)));

    /// <summary>The start of struct tcp_info.</summary>
    private static byte[] Facts(SafeFileHandle file)
    {
        const int BytesMin = 8;
        byte[]? facts = KernelSocket.Option(
            file, SocketConstants.ProtocolTcp, SocketConstants.TcpFacts, bytesMax: 256);
        return facts?.Length >= BytesMin ? facts : throw new UnsavableException(
            "is a TCP socket that the kernel does not describe (TCP_INFO)");
    }

    private static void RefuseUpperProtocol(SafeFileHandle file, ConnectionEnds ends)
    {
        const int UpperProtocol = 31; // TCP_ULP
        byte[] name = KernelSocket.Option(file, SocketConstants.ProtocolTcp, UpperProtocol, bytesMax: 16) ?? [];
        if (name.Length > 0)
        {
            throw new UnsavableException(
                $"is a TCP connection ({ends}) below {System.Text.Encoding.ASCII.GetString(name).TrimEnd('\0')} of " +
                "the kernel, whose keys cannot be read");
        }
    }

    private TcpState ReadState(SafeFileHandle file, byte[] facts, bool hasSentEnd)
    {
        byte[] received = TcpRepair.Peek(file, TcpQueueKind.Receive, KernelFile.Readable(file));
        uint receivedEnd = TcpRepair.Sequence(file, TcpQueueKind.Receive);
        (int unconfirmed, int unsent) = KernelSocket.Outgoing(file);
        byte[] sent = TcpRepair.Peek(file, TcpQueueKind.Send, unconfirmed);
        // An end of stream has a number of its own, as a byte would.
        uint sentEnd = TcpRepair.Sequence(file, TcpQueueKind.Send) - (hasSentEnd ? 1u : 0);
        // The kernel counts it as unconfirmed or unsent, too, unless it has been confirmed.
        int endBytes = unconfirmed - sent.Length;
        return new TcpState(
            TcpRepair.SegmentBytesMax(file),
            facts[5],
            facts[6],
            TcpRepair.Timestamp(file),
            TcpRepair.Window(file),
            // The other side's end, if it has come, counts as if it had come first: nobody asks for these numbers
            // again.
            new QueuedBytes(receivedEnd - (uint)received.Length, (uint)received.Length, 0, contents.Add(received)),
            new QueuedBytes(
                sentEnd - (uint)sent.Length, (uint)sent.Length, (uint)Math.Max(0, unsent - endBytes),
                contents.Add(sent)));
    }

    private static void Leave(SafeFileHandle file, ConnectionObject connection)
    {
        TcpRepair.Leave(file);
        SocketOptions.ReuseAddress(file, connection.Options);
    }
}

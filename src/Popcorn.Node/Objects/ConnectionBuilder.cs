using System.Net;
using Microsoft.Win32.SafeHandles;
using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Node.Checkpoints;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Objects;

/// <summary>
/// Makes the TCP connections of an image again. Until the program runs they are cut off from the network; if it never
/// does they end without a word, and whoever waits for the image waits on.
/// </summary>
internal sealed class ConnectionBuilder : IDisposable
{
    private const int AddressInUse = 98; // EADDRINUSE
    private const int AddressNotAvailable = 99; // EADDRNOTAVAIL

    private readonly ImageFile _image;
    private readonly ConnectionFilter _filter;
    private readonly string? _whyNot;
    private readonly IReadOnlyDictionary<ConnectionEnds, TimeSpan> _waiting =
        new Dictionary<ConnectionEnds, TimeSpan>();

    private readonly List<(SafeFileHandle File, ConnectionObject Connection)> _built = [];
    private bool _holdsOnlyOurs;
    private bool _isReleased;

    public ConnectionBuilder(ImageFile image)
    {
        _image = image;
        _filter = ImageFilter.Of(image.Identity);
        if (!All.Any(c => c.Fate == ConnectionFate.Waits))
            return;
        _whyNot = ImageFilter.WhyNot();
        if (_whyNot is null)
        {
            ImageFilter.RemoveExpired();
            _waiting = ImageFilter.ReadAll().Where(t => t.Key == _filter.Name).Select(t => t.Value)
                .FirstOrDefault(_waiting);
        }
    }

    private IEnumerable<ConnectionObject> All => _image.Objects.OfType<ConnectionObject>();

    /// <summary>Why connections cannot go on, each a sentence; with --force they come back as ones that were
    /// reset.</summary>
    public IReadOnlyList<string> FindLost() =>
        [.. All.Where(c => c.Unread is null).Select(c => (Connection: c, Why: WhyLost(c))).Where(c => c.Why is not null)
            .Select(c => $"TCP connection {EndsOf(c.Connection)}: {c.Why}")];

    /// <summary>Nothing is sent, and nothing received, before <see cref="Fill"/>.</summary>
    public SafeFileHandle Build(ConnectionObject connection)
    {
        if (connection.Unread is not null)
            return BuildEnded(connection, isReset: connection.Fate == ConnectionFate.Reset);
        if (WhyLost(connection) is not null)
            return BuildEnded(connection, isReset: true);
        ConnectionEnds ends = EndsOf(connection);
        SafeFileHandle file = CreateSocket(connection.Domain);
        try
        {
            TcpRepair.Enter(file);
            SocketOptions.ApplyConnected(file, connection.Options, $"TCP connection {ends}");
            // Repair mode has a value of its own for this, which lets any address be bound.
            TcpRepair.Enter(file);
            _ = SocketOptions.MakeRoom(file);
            TcpState state = connection.State!;
            TcpRepair.SetSequence(file, TcpQueueKind.Receive, state.Received.Start);
            TcpRepair.SetSequence(file, TcpQueueKind.Send, state.Sent.Start);
            Check(KernelSocket.Bind(file, connection.Local.Span), ends);
            Check(KernelSocket.Connect(file, connection.Peer.Span), ends);
        }
        catch
        {
            file.Dispose();
            throw;
        }
        _built.Add((file, connection));
        return file;
    }

    /// <summary>Once all are there: what both sides have agreed on, and what is on its way.</summary>
    public void Fill()
    {
        ConnectionEnds[] unheld =
            [.. _built.Select(b => EndsOf(b.Connection)).Where(e => !_waiting.ContainsKey(e))];
        if (unheld.Length > 0)
        {
            _holdsOnlyOurs = _waiting.Count == 0;
            _filter.Hold(unheld, ImageFilter.WhileWorking);
        }
        foreach ((SafeFileHandle file, ConnectionObject connection) in _built)
        {
            TcpState state = connection.State!;
            Agree(file, state);
            TcpRepair.Fill(
                file, TcpQueueKind.Receive, _image.ReadContents(state.Received.Contents, state.Received.Bytes));
            int onTheWay = (int)(state.Sent.Bytes - state.Sent.Unsent);
            TcpRepair.Fill(file, TcpQueueKind.Send, Sent(state.Sent).AsSpan(0, onTheWay));
            TcpRepair.SetWindow(file, state.Window.Span);
        }
    }

    /// <summary>
    /// Just before the program runs: they are sockets like any other, and still cut off, but not for long if nobody is
    /// left to release them. Fails when the other side has not been kept waiting to the end.
    /// </summary>
    public void Activate()
    {
        if (_built.Count > 0)
        {
            _filter.Extend(
                [.. _built.Select(b => EndsOf(b.Connection))], ImageFilter.WhileWorking, released: []);
        }
        foreach ((SafeFileHandle file, ConnectionObject connection) in _built)
        {
            TcpRepair.Leave(file);
            SocketOptions.ReuseAddress(file, connection.Options);
            QueuedBytes sent = connection.State!.Sent;
            if (sent.Unsent > 0)
                TcpRepair.Send(file, Sent(sent).AsSpan((int)(sent.Bytes - sent.Unsent)));
            KernelSocket.Shutdown(file, connection.Shutdown);
            SocketOptions.ApplyBuffers(file, connection.Options);
        }
    }

    /// <summary>The program runs: everything passes again.</summary>
    public void Release()
    {
        _isReleased = true;
        if (_built.Count > 0)
            _filter.Remove();
    }

    public void Dispose()
    {
        if (_isReleased)
            return;
        foreach ((SafeFileHandle file, _) in _built.Where(b => !b.File.IsClosed))
            TcpRepair.Enter(file);
        foreach ((SafeFileHandle file, _) in _built)
            file.Dispose();
        if (_holdsOnlyOurs)
            _filter.Remove();
        else if (_built.Count > 0)
            WaitOn();
    }

    /// <summary>For the next attempt, as long as was left.</summary>
    private void WaitOn()
    {
        try
        {
            ILookup<bool, ConnectionEnds> built =
                _built.Select(b => EndsOf(b.Connection)).ToLookup(_waiting.ContainsKey);
            _filter.Extend([.. built[true]], _waiting.Values.Min(), released: [.. built[false]]);
        }
        catch (LinuxCallException)
        {
            // Their time was over, or it had not come to holding more than them.
        }
    }

    private static ConnectionEnds EndsOf(ConnectionObject connection) => new(
        SocketConstants.EndOf(connection.Local.Span), SocketConstants.EndOf(connection.Peer.Span));

    /// <summary>Null when it goes on.</summary>
    private string? WhyLost(ConnectionObject connection)
    {
        if (connection.Fate == ConnectionFate.WentOn)
            return "the program went on with it after this checkpoint, which was taken without --stop";
        if (_whyNot is not null)
            return $"it must be made as if it had always been there, and {_whyNot}";
        bool hasPeer = connection.PeerObject >= 0 && connection.PeerObject < _image.Objects.Count
            && _image.Objects[connection.PeerObject] is ConnectionObject;
        return hasPeer || _waiting.ContainsKey(EndsOf(connection))
            ? null
            : "it is not kept waiting any more: the image has been restored before, on another machine, or more than " +
                $"{ImageFilter.WhileStopped.TotalMinutes:0} minutes ago";
    }

    private static void Check(int errno, ConnectionEnds ends)
    {
        if (errno == 0)
            return;
        if (errno is AddressInUse or AddressNotAvailable)
        {
            throw new BadInputException(errno == AddressNotAvailable && !IsOurs(ends.Local.Address)
                ? $"{ends.Local.Address} is no address of this machine, and the TCP connection {ends} needs it"
                : $"TCP connection {ends} exists: the program it was saved of, or one restored before, still has it");
        }
        throw new LinuxCallException("connect", errno, $"TCP connection {ends} cannot be made again");
    }

    private static bool IsOurs(IPAddress address)
    {
        using SafeFileHandle probe = KernelSocket.Create(
            address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork
                ? SocketConstants.AfInet : SocketConstants.AfInet6,
            SocketConstants.Datagram, SocketConstants.ProtocolUdp);
        SocketAddress any = new IPEndPoint(address, 0).Serialize();
        return KernelSocket.Bind(probe, any.Buffer.Span[..any.Size]) != AddressNotAvailable;
    }

    private static void Agree(SafeFileHandle file, TcpState state)
    {
        // IANA's numbers of TCP options.
        const uint SegmentSize = 2;
        const uint WindowScale = 3;
        const uint Selective = 4;
        const uint Timestamps = 8;
        // TCPI_OPT_*.
        const int HasTimestamps = 1;
        const int HasSelective = 2;
        const int HasScale = 4;
        List<(uint, uint)> options = [(SegmentSize, state.SegmentBytesMax)];
        if ((state.Agreed & HasScale) != 0)
            options.Add((WindowScale, (uint)(state.Scales & 15 | state.Scales >> 4 << 16)));
        if ((state.Agreed & HasSelective) != 0)
            options.Add((Selective, 0));
        if ((state.Agreed & HasTimestamps) != 0)
            options.Add((Timestamps, 0));
        TcpRepair.Agree(file, [.. options]);
        if ((state.Agreed & HasTimestamps) != 0)
            TcpRepair.SetTimestamp(file, state.Timestamp);
    }

    private byte[] Sent(QueuedBytes queue) => _image.ReadContents(queue.Contents, queue.Bytes);

    /// <summary>One whose other end was ours for a moment.</summary>
    private SafeFileHandle BuildEnded(ConnectionObject connection, bool isReset)
    {
        IPAddress loopback = connection.Domain == SocketConstants.AfInet6
            ? IPAddress.Loopback.MapToIPv6() : IPAddress.Loopback;
        using SafeFileHandle listener = CreateSocket(connection.Domain);
        SocketAddress any = new IPEndPoint(loopback, 0).Serialize();
        int errno = KernelSocket.Bind(listener, any.Buffer.Span[..any.Size]);
        KernelSocket.Listen(listener, 1);
        SafeFileHandle file = CreateSocket(connection.Domain);
        try
        {
            errno = errno == 0 ? KernelSocket.Connect(file, KernelSocket.Local(listener)) : errno;
            if (errno != 0)
                throw new LinuxCallException("connect", errno, "an ended TCP connection cannot be made");
            using (SafeFileHandle other = KernelSocket.Accept(listener))
            {
                if (connection.Unread is QueuedBytes unread)
                {
                    IReadOnlyList<SocketOption> sizes = SocketOptions.MakeRoom(file);
                    _ = SocketOptions.MakeRoom(other);
                    TcpRepair.Send(other, _image.ReadContents(unread.Contents, unread.Bytes));
                    SocketOptions.ApplyBuffers(file, sizes);
                }
                if (isReset)
                    SocketOptions.ResetOnClose(other);
            }
            if (!isReset)
                KernelSocket.Shutdown(file, 2);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static SafeFileHandle CreateSocket(int domain) =>
        KernelSocket.Create(domain, SocketConstants.Stream, SocketConstants.ProtocolTcp);
}

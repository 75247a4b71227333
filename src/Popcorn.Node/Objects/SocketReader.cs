using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Popcorn.Linux;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Objects;

/// <summary>Sockets: what they are bound and connected to, their options, and what waits in them.</summary>
internal sealed class SocketReader(
    DescriptionTable table, ObjectContents contents, ConnectionReader connections, bool parked)
{
    private readonly Dictionary<ulong, int> _objects = [];
    private Dictionary<ulong, UnixSocketStatus>? _unix;

    /// <summary>Sockets name each other by object, so the second of a pair completes both.</summary>
    public void Note(OpenDescription description, int number, List<ImageObject> objects)
    {
        ArgumentNullException.ThrowIfNull(objects);
        if (objects[number] is not SocketObject { Domain: SocketConstants.AfUnix, State: SocketState.Connected } socket)
            return;
        ulong inode = Inode(description);
        _objects[inode] = number;
        ulong peer = Unix(inode).Peer ?? 0;
        if (!_objects.TryGetValue(peer, out int other))
            return;
        objects[number] = socket with { PeerObject = other };
        objects[other] = (SocketObject)objects[other] with { PeerObject = number };
    }

    public ImageObject Read(OpenDescription description)
    {
        if (connections.IsConnection(description))
            return connections.Read(description);
        SafeFileHandle file = description.File;
        int domain = KernelSocket.Number(file, SocketConstants.SolSocket, SocketConstants.SoDomain);
        int type = KernelSocket.Number(file, SocketConstants.SolSocket, SocketConstants.SoType);
        int protocol = KernelSocket.Number(file, SocketConstants.SolSocket, SocketConstants.SoProtocol);
        SocketObject socket = new(
            domain, type, protocol, SocketState.Open, 0, KernelSocket.Local(file), default, -1, 0,
            SocketOptions.Read(file, domain, type, protocol), [], 0);
        bool isListening = KernelSocket.Number(
            file, SocketConstants.SolSocket, SocketConstants.SoAcceptConnection) == 1;
        return domain switch
        {
            SocketConstants.AfUnix => ReadUnix(description, socket, isListening),
            SocketConstants.AfInet or SocketConstants.AfInet6 => ReadInternet(description, socket, isListening),
            _ => throw new UnsavableException(
                $"is a socket of the {SocketConstants.FamilyName(domain)} family, which a checkpoint cannot hold"),
        };
    }

    private static SocketObject ReadInternet(OpenDescription description, SocketObject socket, bool isListening)
    {
        byte[] peer = KernelSocket.Peer(description.File);
        if (socket.Protocol == SocketConstants.ProtocolUdp && socket.Type == SocketConstants.Datagram)
        {
            // What waits in it is lost, as the network may lose it too.
            return socket with { State = peer.Length > 0 ? SocketState.Connected : SocketState.Open, Peer = peer };
        }
        if (socket.Protocol != SocketConstants.ProtocolTcp)
            throw new UnsavableException($"is a socket of IP protocol {socket.Protocol}");
        byte[] facts = KernelSocket.Option(
            description.File, SocketConstants.ProtocolTcp, SocketConstants.TcpFacts, bytesMax: 256) ?? [];
        if (isListening && facts.Length >= 32)
        {
            uint waiting = BitConverter.ToUInt32(facts, 24);
            if (waiting > 0)
                throw Unaccepted(waiting);
            return socket with { State = SocketState.Listening, Backlog = BitConverter.ToInt32(facts, 28) };
        }
        return socket;
    }

    private SocketObject ReadUnix(OpenDescription description, SocketObject socket, bool isListening)
    {
        int passed = int.Parse(description.Line("scm_fds") ?? "0", CultureInfo.InvariantCulture);
        if (passed > 0)
        {
            throw new UnsavableException(
                $"has {passed} descriptors on their way in messages nobody has received yet", passes: true);
        }
        UnixSocketStatus status = Unix(Inode(description));
        if (isListening)
        {
            if (status.QueueBytes > 0)
                throw Unaccepted(status.QueueBytes);
            return socket with { State = SocketState.Listening, Backlog = (int)status.SendQueueBytes };
        }
        socket = socket with { Shutdown = status.Shutdown };
        if (status.Peer is null)
        {
            if (KernelFile.Readable(description.File) > 0)
            {
                throw new UnsavableException(
                    "has messages waiting whose senders a checkpoint cannot name", passes: true);
            }
            return socket;
        }
        bool isOrphan = status.Peer == 0;
        if (!isOrphan && !table.All.Any(d => d.Facts.Target == $"socket:[{status.Peer}]"))
        {
            throw new UnsavableException(
                $"is connected to {SocketConstants.Describe(KernelSocket.Peer(description.File))}, whose other end " +
                "is not saved with it");
        }
        IReadOnlyList<byte[]> messages = parked ? KernelSocket.PeekAll(description.File) : [];
        return socket with
        {
            State = isOrphan ? SocketState.Orphaned : SocketState.Connected,
            Messages = [.. messages.Select(m => (uint)m.Length)],
            Contents = contents.Add([.. messages.SelectMany(m => m)]),
        };
    }

    private static UnsavableException Unaccepted(uint count) => new(
        $"has {count} connections waiting to be accepted, which cannot be put back into its queue; try again when " +
        "the program has accepted them",
        passes: true);

    private UnixSocketStatus Unix(ulong inode)
    {
        _unix ??= UnixSocketTable.Read();
        return _unix.TryGetValue(inode, out UnixSocketStatus status)
            ? status
            : throw new UnsavableException(
                "is a unix socket, and this kernel does not tell its peer (CONFIG_UNIX_DIAG)");
    }

    /// <summary>"socket:[4711]".</summary>
    private static ulong Inode(OpenDescription description) => ulong.Parse(
        description.Facts.Target.AsSpan("socket:[".Length).TrimEnd(']'), CultureInfo.InvariantCulture);
}

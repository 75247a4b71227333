using Microsoft.Win32.SafeHandles;
using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Node.Checkpoints;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Objects;

/// <summary>Makes the sockets of an image again. Owns those nobody has asked for yet.</summary>
internal sealed class SocketBuilder(ImageFile image, RestoreChoices choices) : IDisposable
{
    private const int AddressInUse = 98; // EADDRINUSE

    private readonly Dictionary<int, SafeFileHandle> _ready = [];

    public SafeFileHandle Build(int number, SocketObject socket)
    {
        if (_ready.Remove(number, out SafeFileHandle? ready))
            return ready;
        return socket.State is SocketState.Connected or SocketState.Orphaned
            && socket.Domain == SocketConstants.AfUnix
            ? BuildPair(number, socket)
            : BuildAlone(socket);
    }

    public void Dispose()
    {
        foreach (SafeFileHandle file in _ready.Values)
            file.Dispose();
    }

    private SafeFileHandle BuildAlone(SocketObject socket)
    {
        SafeFileHandle file = KernelSocket.Create(socket.Domain, socket.Type, socket.Protocol);
        SocketOptions.Apply(file, socket.Options, "a socket");
        Bind(file, socket);
        if (socket.State == SocketState.Listening)
            KernelSocket.Listen(file, socket.Backlog);
        int errno = socket.State == SocketState.Connected ? KernelSocket.Connect(file, socket.Peer.Span) : 0;
        if (errno != 0)
        {
            throw new LinuxCallException(
                "connect", errno,
                $"a socket cannot be connected to {SocketConstants.Describe(socket.Peer.Span)} again");
        }
        return file;
    }

    private void Bind(SafeFileHandle file, SocketObject socket)
    {
        byte[] address = socket.Local.ToArray();
        string path = SocketConstants.Path(address);
        bool isNameless = socket.Domain == SocketConstants.AfUnix
            ? address.Length <= 2
            : address.Length < 4 || (address[2] | address[3]) == 0;
        if (isNameless)
            return;
        if (path.Length > 0)
        {
            path = choices.Map(path);
            RemoveStale(path);
            address = [.. BitConverter.GetBytes((ushort)SocketConstants.AfUnix), .. Encode(path), 0];
        }
        int errno = KernelSocket.Bind(file, address);
        string name = path.Length > 0 ? $"'{path}'" : SocketConstants.Describe(address);
        if (errno == AddressInUse)
            throw new BadInputException($"{name} is taken: another program listens or is bound there; end it first");
        if (errno != 0)
            throw new LinuxCallException("bind", errno, $"a socket cannot be bound to {name} again");
    }

    /// <summary>A socket's file outlives the socket. One that nobody answers on is what the program left.</summary>
    private static void RemoveStale(string path)
    {
        if (KernelFile.StatusOf(path) is not { IsSocket: true })
            return;
        using SafeFileHandle probe = KernelSocket.Create(SocketConstants.AfUnix, SocketConstants.Stream, 0);
        byte[] address = [.. BitConverter.GetBytes((ushort)SocketConstants.AfUnix), .. Encode(path), 0];
        const int Refused = 111; // ECONNREFUSED: nobody listens.
        if (KernelSocket.Connect(probe, address) == Refused)
            File.Delete(path);
    }

    private SafeFileHandle BuildPair(int number, SocketObject socket)
    {
        (SafeFileHandle file, SafeFileHandle other) =
            KernelSocket.CreatePair(socket.Domain, socket.Type, socket.Protocol);
        SocketObject? peer = socket.PeerObject >= 0 && socket.PeerObject < image.Objects.Count
            ? image.Objects[socket.PeerObject] as SocketObject
            : null;
        if (peer is null || socket.PeerObject == number)
        {
            using (other)
                Send(other, socket);
            SocketOptions.Apply(file, socket.Options, "a socket");
            return file;
        }
        Send(other, socket);
        Send(file, peer);
        SocketOptions.Apply(file, socket.Options, "a socket");
        SocketOptions.Apply(other, peer.Options, "a socket");
        KernelSocket.Shutdown(file, socket.Shutdown);
        KernelSocket.Shutdown(other, peer.Shutdown);
        _ready.Add(socket.PeerObject, other);
        return file;
    }

    /// <summary>Puts what waited in a socket into it again, from its other end.</summary>
    private void Send(SafeFileHandle from, SocketObject receiver)
    {
        if (receiver.Messages.Count == 0)
            return;
        IReadOnlyList<SocketOption> sizes = SocketOptions.MakeRoom(from);
        byte[] contents = image.ReadContents(receiver.Contents, (ulong)receiver.Messages.Sum(m => (long)m));
        int at = 0;
        foreach (uint bytes in receiver.Messages)
        {
            if (!KernelSocket.TrySend(from, contents.AsSpan(at, (int)bytes)))
                throw new BadInputException($"{contents.Length} bytes do not fit into a socket's buffer here");
            at += (int)bytes;
        }
        SocketOptions.ApplyBuffers(from, sizes);
    }

    private static byte[] Encode(string path) => System.Text.Encoding.UTF8.GetBytes(path);
}

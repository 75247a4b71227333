using Popcorn.Core;

namespace Popcorn.Wire.Image;

/// <summary>What a socket was doing. Wire ids: never renumber.</summary>
public enum SocketState : byte
{
    /// <summary>Neither listening nor connected, possibly bound.</summary>
    Open = 1,

    Listening = 2,

    /// <summary>To another socket of the image (unix), or to a peer address (UDP).</summary>
    Connected = 3,

    /// <summary>It was connected to a socket that has been closed: reads give what is left and then the end.</summary>
    Orphaned = 4,
}

/// <summary>One setsockopt call.</summary>
public sealed record SocketOption(int Level, int Name, ReadOnlyMemory<byte> Value)
{
    private const int CountMax = 256;

    internal static void WriteAll(FieldWriter writer, IReadOnlyList<SocketOption> options) =>
        ImageList.Write(writer, options, o =>
        {
            writer.I32(o.Level);
            writer.I32(o.Name);
            ImageList.WriteBytes(writer, o.Value.Span);
        });

    internal static SocketOption[] ReadAll(ref FieldReader reader) =>
        ImageList.Read(ref reader, CountMax, "socket options", static (ref FieldReader r) =>
            new SocketOption(r.I32(), r.I32(), ImageList.ReadBytes(ref r)));
}

/// <param name="Domain">AF_*.</param>
/// <param name="Local">struct sockaddr as getsockname gives it; its bytes are the same on every ISA.</param>
/// <param name="Peer">Likewise; empty unless connected by address.</param>
/// <param name="PeerObject">Index of the other socket, -1 without one.</param>
/// <param name="Shutdown">1 for reading, 2 for writing.</param>
/// <param name="Messages">Sizes of what waits to be read: one for a stream, each for datagrams.</param>
public sealed record SocketObject(
    int Domain,
    int Type,
    int Protocol,
    SocketState State,
    int Backlog,
    ReadOnlyMemory<byte> Local,
    ReadOnlyMemory<byte> Peer,
    int PeerObject,
    uint Shutdown,
    IReadOnlyList<SocketOption> Options,
    IReadOnlyList<uint> Messages,
    int Contents) : ImageObject
{
    public override ImageObjectKind Kind => ImageObjectKind.Socket;

    private protected override void WriteFields(FieldWriter writer)
    {
        writer.I32(Domain);
        writer.I32(Type);
        writer.I32(Protocol);
        writer.U8((byte)State);
        writer.I32(Backlog);
        ImageList.WriteBytes(writer, Local.Span);
        ImageList.WriteBytes(writer, Peer.Span);
        writer.I32(PeerObject);
        writer.U32(Shutdown);
        SocketOption.WriteAll(writer, Options);
        ImageList.Write(writer, Messages, writer.U32);
        writer.I32(Contents);
    }

    internal static SocketObject Read(ref FieldReader reader) => new(
        reader.I32(),
        reader.I32(),
        reader.I32(),
        (SocketState)reader.U8(),
        reader.I32(),
        ImageList.ReadBytes(ref reader),
        ImageList.ReadBytes(ref reader),
        reader.I32(),
        reader.U32(),
        SocketOption.ReadAll(ref reader),
        PipeObject.ReadSizes(ref reader),
        reader.I32());
}

using Popcorn.Core;

namespace Popcorn.Wire.Image;

/// <summary>What can become of a TCP connection of an image. Wire ids: never renumber.</summary>
public enum ConnectionFate : byte
{
    /// <summary>It goes on: its other end waits, or is in the image too.</summary>
    Waits = 1,

    /// <summary>The program went on with it after the checkpoint, so it can only come back as one that was
    /// reset.</summary>
    WentOn = 2,

    /// <summary>Both sides had ended it; what had come can be read still.</summary>
    Over = 3,

    /// <summary>It had been reset, or had failed.</summary>
    Reset = 4,
}

/// <summary>A TCP connection.</summary>
/// <param name="Local">struct sockaddr.</param>
/// <param name="PeerObject">Index of the other end, -1 when that is not in the image.</param>
/// <param name="Shutdown">1 for reading (or the other side has sent its end), 2 for writing.</param>
/// <param name="State">Of one that goes on, else null.</param>
/// <param name="Unread">What can still be read of one that is over or was reset, else null.</param>
public sealed record ConnectionObject(
    int Domain,
    ReadOnlyMemory<byte> Local,
    ReadOnlyMemory<byte> Peer,
    int PeerObject,
    uint Shutdown,
    IReadOnlyList<SocketOption> Options,
    ConnectionFate Fate,
    TcpState? State,
    QueuedBytes? Unread) : ImageObject
{
    public override ImageObjectKind Kind => ImageObjectKind.Connection;

    private protected override void WriteFields(FieldWriter writer)
    {
        writer.I32(Domain);
        ImageList.WriteBytes(writer, Local.Span);
        ImageList.WriteBytes(writer, Peer.Span);
        writer.I32(PeerObject);
        writer.U32(Shutdown);
        SocketOption.WriteAll(writer, Options);
        writer.U8((byte)Fate);
        State?.Write(writer);
        Unread?.Write(writer);
    }

    internal static ConnectionObject Read(ref FieldReader reader)
    {
        ConnectionObject connection = new(
            reader.I32(),
            ImageList.ReadBytes(ref reader),
            ImageList.ReadBytes(ref reader),
            reader.I32(),
            reader.U32(),
            SocketOption.ReadAll(ref reader),
            ReadFate(ref reader),
            null,
            null);
        return connection.Fate switch
        {
            ConnectionFate.Waits => connection with { State = TcpState.Read(ref reader) },
            ConnectionFate.WentOn => connection,
            _ => connection with { Unread = QueuedBytes.Read(ref reader) },
        };
    }

    private static ConnectionFate ReadFate(ref FieldReader reader)
    {
        int at = reader.Offset;
        ConnectionFate fate = (ConnectionFate)reader.U8();
        return Enum.IsDefined(fate) ? fate : throw new BadInputException(
            reader.Where, at, $"unknown fate of a TCP connection {(int)fate}");
    }
}

/// <summary>What the protocol knows of a connection.</summary>
/// <param name="Agreed">What both sides agreed on, as TCP_INFO says it: 1 timestamps, 2 SACK, 4 window scale.</param>
/// <param name="Scales">Window scales: the other side's in the low half, ours in the high half.</param>
/// <param name="Timestamp">What our clock shows the other side.</param>
/// <param name="Window">struct tcp_repair_window.</param>
public sealed record TcpState(
    uint SegmentBytesMax, byte Agreed, byte Scales, uint Timestamp, ReadOnlyMemory<byte> Window, QueuedBytes Received,
    QueuedBytes Sent)
{
    internal void Write(FieldWriter writer)
    {
        writer.U32(SegmentBytesMax);
        writer.U8(Agreed);
        writer.U8(Scales);
        writer.U32(Timestamp);
        ImageList.WriteBytes(writer, Window.Span);
        Received.Write(writer);
        Sent.Write(writer);
    }

    internal static TcpState Read(ref FieldReader reader) => new(
        reader.U32(),
        reader.U8(),
        reader.U8(),
        reader.U32(),
        ImageList.ReadBytes(ref reader),
        QueuedBytes.Read(ref reader),
        QueuedBytes.Read(ref reader));
}

/// <param name="Start">Sequence number of its first byte.</param>
/// <param name="Unsent">How many of its last bytes the other side has never been sent.</param>
public sealed record QueuedBytes(uint Start, uint Bytes, uint Unsent, int Contents)
{
    internal void Write(FieldWriter writer)
    {
        writer.U32(Start);
        writer.U32(Bytes);
        writer.U32(Unsent);
        writer.I32(Contents);
    }

    internal static QueuedBytes Read(ref FieldReader reader)
    {
        int at = reader.Offset;
        QueuedBytes queue = new(reader.U32(), reader.U32(), reader.U32(), reader.I32());
        return queue.Unsent <= queue.Bytes ? queue : throw new BadInputException(
            reader.Where, at, $"a TCP queue of {queue.Bytes} bytes has {queue.Unsent} unsent ones");
    }
}

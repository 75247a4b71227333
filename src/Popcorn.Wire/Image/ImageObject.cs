using Popcorn.Core;

namespace Popcorn.Wire.Image;

/// <summary>Kinds of kernel objects in an image. Wire ids: never renumber.</summary>
public enum ImageObjectKind : byte
{
    /// <summary>A file, directory or device with a path: opened again.</summary>
    File = 1,

    /// <summary>Taken from the process that restores: its descriptor of the same number.</summary>
    Inherited = 2,

    /// <summary>A file without a name any more; its contents are in the image.</summary>
    DeletedFile = 3,

    Pipe = 4,
    EventCounter = 5,
    Timer = 6,
    SignalQueue = 7,
    PollSet = 8,
    FileWatch = 9,
    MemoryFile = 10,
    Socket = 11,
    Terminal = 12,
    MessageQueue = 13,
    Connection = 14,
    Segment = 15,
}

/// <summary>
/// Section 4, one kernel object, which open file descriptions refer to. Contents are numbers of owners in the chunk
/// table (<see cref="ImageOwner.Contents"/>).
/// </summary>
public abstract record ImageObject
{
    public const int CountMax = 1 << 20;

    private protected ImageObject()
    {
    }

    public abstract ImageObjectKind Kind { get; }

    private protected abstract void WriteFields(FieldWriter writer);

    public static void WriteAll(FieldWriter writer, IReadOnlyList<ImageObject> objects) =>
        ImageList.Write(writer, objects, o =>
        {
            writer.U8((byte)o.Kind);
            o.WriteFields(writer);
        });

    public static ImageObject[] ReadAll(ref FieldReader reader) =>
        ImageList.Read(ref reader, CountMax, "objects", Read);

    private static ImageObject Read(ref FieldReader reader)
    {
        int at = reader.Offset;
        ImageObjectKind kind = (ImageObjectKind)reader.U8();
        return kind switch
        {
            ImageObjectKind.File => FileObject.Read(ref reader),
            ImageObjectKind.Inherited => new InheritedObject(
                reader.I32(), reader.Text(), ImageList.ReadBytes(ref reader)),
            ImageObjectKind.DeletedFile => DeletedFileObject.Read(ref reader),
            ImageObjectKind.Pipe => PipeObject.Read(ref reader),
            ImageObjectKind.EventCounter => new EventCounterObject(reader.U64(), ImageList.ReadFlag(ref reader)),
            ImageObjectKind.Timer => new TimerObject(
                reader.I32(), reader.U32(), reader.U64(), reader.I64(), reader.I64(), reader.I64()),
            ImageObjectKind.SignalQueue => new SignalQueueObject(reader.U64()),
            ImageObjectKind.PollSet => PollSetObject.Read(ref reader),
            ImageObjectKind.FileWatch => FileWatchObject.Read(ref reader),
            ImageObjectKind.MemoryFile => new MemoryFileObject(
                reader.Text(), reader.U32(), reader.U32(), reader.U64(), reader.I32()),
            ImageObjectKind.Socket => SocketObject.Read(ref reader),
            ImageObjectKind.Terminal => TerminalObject.Read(ref reader),
            ImageObjectKind.MessageQueue => MessageQueueObject.Read(ref reader),
            ImageObjectKind.Connection => ConnectionObject.Read(ref reader),
            ImageObjectKind.Segment => SegmentObject.Read(ref reader),
            _ => throw new BadInputException(reader.Where, at, $"unknown kind of kernel object {(int)kind}"),
        };
    }
}

/// <summary>What a file with a path was, to notice that another one is there at the restore.</summary>
/// <param name="Mode">st_mode; its type decides what is compared.</param>
/// <param name="CheckedBytes">How much of its start the checksum covers.</param>
public sealed record FileObject(
    string Path, uint Mode, ulong Bytes, long ModifiedNs, ulong CheckedBytes, uint Checksum) : ImageObject
{
    public override ImageObjectKind Kind => ImageObjectKind.File;

    private protected override void WriteFields(FieldWriter writer)
    {
        writer.Text(Path);
        writer.U32(Mode);
        writer.U64(Bytes);
        writer.I64(ModifiedNs);
        writer.U64(CheckedBytes);
        writer.U32(Checksum);
    }

    internal static FileObject Read(ref FieldReader reader) => new(
        reader.Text(), reader.U32(), reader.U64(), reader.I64(), reader.U64(), reader.U32());
}

/// <param name="Path">What it was, for messages.</param>
/// <param name="Modes">struct termios of a terminal, for the one of whoever restores; empty for anything else.</param>
public sealed record InheritedObject(int Number, string Path, ReadOnlyMemory<byte> Modes) : ImageObject
{
    public override ImageObjectKind Kind => ImageObjectKind.Inherited;

    private protected override void WriteFields(FieldWriter writer)
    {
        writer.I32(Number);
        writer.Text(Path);
        ImageList.WriteBytes(writer, Modes.Span);
    }
}

/// <param name="Path">Its last one; it comes back, again without a name, on the same file system if that can
/// be.</param>
public sealed record DeletedFileObject(string Path, uint Mode, ulong Bytes, int Contents) : ImageObject
{
    public override ImageObjectKind Kind => ImageObjectKind.DeletedFile;

    private protected override void WriteFields(FieldWriter writer)
    {
        writer.Text(Path);
        writer.U32(Mode);
        writer.U64(Bytes);
        writer.I32(Contents);
    }

    internal static DeletedFileObject Read(ref FieldReader reader) =>
        new(reader.Text(), reader.U32(), reader.U64(), reader.I32());
}

/// <param name="Path">Of a FIFO; empty for a pipe.</param>
/// <param name="Messages">Sizes of what the kernel keeps apart: packets of an O_DIRECT pipe, else one piece.</param>
public sealed record PipeObject(
    string Path, uint Capacity, IReadOnlyList<uint> Messages, int Contents, bool Packets) : ImageObject
{
    internal const int MessagesMax = 1 << 20;

    public override ImageObjectKind Kind => ImageObjectKind.Pipe;

    private protected override void WriteFields(FieldWriter writer)
    {
        writer.Text(Path);
        writer.U32(Capacity);
        ImageList.Write(writer, Messages, writer.U32);
        writer.I32(Contents);
        ImageList.WriteFlag(writer, Packets);
    }

    internal static PipeObject Read(ref FieldReader reader) => new(
        reader.Text(), reader.U32(), ReadSizes(ref reader), reader.I32(), ImageList.ReadFlag(ref reader));

    internal static uint[] ReadSizes(ref FieldReader reader) =>
        ImageList.Read(ref reader, MessagesMax, "messages", static (ref FieldReader r) => r.U32());
}

public sealed record EventCounterObject(ulong Count, bool IsSemaphore) : ImageObject
{
    public override ImageObjectKind Kind => ImageObjectKind.EventCounter;

    private protected override void WriteFields(FieldWriter writer)
    {
        writer.U64(Count);
        ImageList.WriteFlag(writer, IsSemaphore);
    }
}

/// <summary>A timerfd.</summary>
/// <param name="Clock">CLOCK_*.</param>
/// <param name="SetFlags">What it was armed with: TFD_TIMER_ABSTIME, TFD_TIMER_CANCEL_ON_SET.</param>
/// <param name="Ticks">Expirations nobody has read.</param>
/// <param name="RemainingNs">Until the next expiration; 0 when disarmed.</param>
/// <param name="ClockNs">What the clock showed when this was looked at: an absolute deadline is the sum.</param>
public sealed record TimerObject(
    int Clock, uint SetFlags, ulong Ticks, long RemainingNs, long IntervalNs, long ClockNs) : ImageObject
{
    public override ImageObjectKind Kind => ImageObjectKind.Timer;

    private protected override void WriteFields(FieldWriter writer)
    {
        writer.I32(Clock);
        writer.U32(SetFlags);
        writer.U64(Ticks);
        writer.I64(RemainingNs);
        writer.I64(IntervalNs);
        writer.I64(ClockNs);
    }
}

/// <summary>A signalfd.</summary>
public sealed record SignalQueueObject(ulong Mask) : ImageObject
{
    public override ImageObjectKind Kind => ImageObjectKind.SignalQueue;

    private protected override void WriteFields(FieldWriter writer) => writer.U64(Mask);
}

/// <param name="Descriptor">The number it was registered under.</param>
/// <param name="Description">Which open file description that number meant then.</param>
public readonly record struct PollEntry(int Descriptor, int Description, uint Events, ulong Tag);

/// <summary>An epoll set.</summary>
public sealed record PollSetObject(IReadOnlyList<PollEntry> Entries) : ImageObject
{
    private const int EntriesMax = 1 << 20;

    public override ImageObjectKind Kind => ImageObjectKind.PollSet;

    private protected override void WriteFields(FieldWriter writer) => ImageList.Write(writer, Entries, e =>
    {
        writer.I32(e.Descriptor);
        writer.I32(e.Description);
        writer.U32(e.Events);
        writer.U64(e.Tag);
    });

    internal static PollSetObject Read(ref FieldReader reader) => new(
        ImageList.Read(ref reader, EntriesMax, "poll entries", static (ref FieldReader r) =>
            new PollEntry(r.I32(), r.I32(), r.U32(), r.U64())));
}

/// <param name="Number">The watch descriptor the program knows it by.</param>
public readonly record struct WatchEntry(int Number, string Path, uint Mask);

/// <summary>An inotify instance.</summary>
public sealed record FileWatchObject(IReadOnlyList<WatchEntry> Watches) : ImageObject
{
    private const int WatchesMax = 1 << 20;

    public override ImageObjectKind Kind => ImageObjectKind.FileWatch;

    private protected override void WriteFields(FieldWriter writer) => ImageList.Write(writer, Watches, w =>
    {
        writer.I32(w.Number);
        writer.Text(w.Path);
        writer.U32(w.Mask);
    });

    internal static FileWatchObject Read(ref FieldReader reader) => new(
        ImageList.Read(ref reader, WatchesMax, "watches", static (ref FieldReader r) =>
            new WatchEntry(r.I32(), r.Text(), r.U32())));
}

/// <summary>A memfd.</summary>
/// <param name="Seals">F_SEAL_*.</param>
public sealed record MemoryFileObject(string Name, uint Mode, uint Seals, ulong Bytes, int Contents) : ImageObject
{
    public override ImageObjectKind Kind => ImageObjectKind.MemoryFile;

    private protected override void WriteFields(FieldWriter writer)
    {
        writer.Text(Name);
        writer.U32(Mode);
        writer.U32(Seals);
        writer.U64(Bytes);
        writer.I32(Contents);
    }
}

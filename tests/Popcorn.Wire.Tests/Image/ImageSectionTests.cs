using Popcorn.Core;
using Popcorn.Wire.Control;
using Popcorn.Wire.Image;

namespace Popcorn.Wire.Tests.Image;

/// <summary>Each section against its own writer, and every truncation of each.</summary>
public class ImageSectionTests
{
    private static readonly ImageUnit Unit = new(
        1_790_000_000_000, 1000, "host", new ImageParent(new ImageIdentity(77), "/srv/old.img"),
        [new ImageProgram("/srv/x/app", new byte[] { 1, 2, 3 }, [new("x86_64", 5, 6), new("statemap", 7, 8)])],
        FirstStatus: 5 << 8);

    private static readonly ImageThread[] Threads =
        [
        new(0, 0x10_0000_1000, -3, new byte[] { 3 }, new byte[] { 9, 8 }),
        new(4, 1, 0, Array.Empty<byte>(), Array.Empty<byte>()),
    ];

    private static readonly ImageMapping[] Mappings =
    [
        new(new ArenaEntry(ProgramAddresses.ArenaStart, 4096, 3, MappingTraits.None, 0), null),
        new(new ArenaEntry(ProgramAddresses.ArenaStart + 8192, 4096, 1, MappingTraits.File, 512),
            new PathOrigin("/usr/share/x")),
        new(new ArenaEntry(ProgramAddresses.ArenaStart + 16384, 4096, 1, MappingTraits.Shared, 0),
            new SharedOrigin(77, 4096)),
        new(new ArenaEntry(ProgramAddresses.ArenaStart + 32768, 4096, 1, MappingTraits.File, 0),
            new DescriptorOrigin(5)),
        new(new ArenaEntry(ProgramAddresses.ArenaStart + 65536, 4096, 1, MappingTraits.Shared, 0),
            new SegmentOrigin(98304, 4096)),
    ];

    private static readonly ImageProcess[] Processes =
    [
        new(0, Isa.RiscV64, new ImageKinship(4711, 0, 4711, 0, HasTerminal: false), ["./app", "", "ä b"], "/tmp", 18,
            [new(7, 10, 20)], [new(1, false, 1), new(5, true, 0), new(6, false, 0)],
            [new(5, true, 0, 10)], Mappings, Threads),
        new(
            0, Isa.X86_64, new ImageKinship(4712, 4711, 4711, 0, HasTerminal: true, Terminal: 3), [], "/", 0, [], [],
            [], [],
            Threads),
    ];

    private static readonly ImageZombie[] Zombies =
        [new(new ImageKinship(4713, 4712, 4711, 0, HasTerminal: false), 33 << 8)];

    private static readonly ImageObject[] Objects =
    [
        new FileObject("/tmp/log", 0x81a4, 70, 5, 70, 0x99),
        new InheritedObject(1, "/dev/pts/0", new byte[] { 1, 2 }),
        new DeletedFileObject("/tmp/gone", 0x1a4, 70, 3),
        new PipeObject("", 65536, [3, 4], 0, Packets: true),
        new EventCounterObject(5, IsSemaphore: true),
        new TimerObject(1, 1, 2, 3, 4, 5),
        new SignalQueueObject(0x4000),
        new PollSetObject([new(5, 0, 1, 0x1122)]),
        new FileWatchObject([new(1, "/tmp", 2)]),
        new MemoryFileObject("m", 0x1ff, 7, 4096, 1),
        new SocketObject(1, 1, 0, SocketState.Connected, 5, new byte[] { 1, 0 }, Array.Empty<byte>(), 10, 2,
            [new SocketOption(1, 2, new byte[] { 1, 0, 0, 0 })], [7], 2),
        new TerminalObject(3, IsMaster: false, new byte[36], new byte[8]),
        new MessageQueueObject("/queue", HasName: true, 0x180, 10, 8192, 3),
        new ConnectionObject(2, new byte[] { 2, 0, 1, 2 }, new byte[] { 2, 0, 3, 4 }, -1, 2,
            [new SocketOption(6, 1, new byte[] { 1, 0, 0, 0 })], ConnectionFate.Waits,
            new TcpState(1460, 7, 0x77, 9, new byte[20], new QueuedBytes(5, 6, 0, 3), new QueuedBytes(7, 8, 2, 4)),
            null),
        new ConnectionObject(
            10, new byte[] { 10, 0 }, new byte[] { 10, 0 }, 1, 0, [], ConnectionFate.WentOn, null, null),
        new ConnectionObject(
            2, default, default, -1, 0, [], ConnectionFate.Reset, null, new QueuedBytes(0, 3, 0, 5)),
        new SegmentObject(98304, 0x1234, 0x180, 1000, 100, 5000, IsRemoved: true, 0x99, 6),
    ];

    private static readonly ImageDescription[] Descriptions =
    [
        new(0, 0x401, 77, [new(DescriptionLockKind.Range, true, 1, 2)]),
        new(11, 2, 0, []),
    ];

    private static readonly ImageChunk[] Chunks =
    [
        new(ImageOwner.Process(1), 0, 100, 5, ChunkCoding.Zstd, IsAhead: true,
            [new(0x40_0000, 8192), new(ProgramAddresses.ArenaStart, 4096)]),
        new(ImageOwner.Contents(0), 100, 7, 6, ChunkCoding.Plain, IsAhead: false, [new(3, 7)]),
    ];

    private static readonly MemoryRuns[] Kept = [new(0, [new(0x50_0000, 4096)])];

    [Fact]
    public void Everything_IsReadAsItWasWritten()
    {
        // Every record writes what it read, so equal bytes mean that nothing was lost.
        RoundTrip(Unit.Write, static (ref FieldReader r) => (Action<FieldWriter>)ImageUnit.Read(ref r).Write);
        RoundTrip(w => ImageProcess.WriteAll(w, Processes), static (ref FieldReader r) =>
        {
            ImageProcess[] read = ImageProcess.ReadAll(ref r, programs: 1, descriptions: 2);
            return w => ImageProcess.WriteAll(w, read);
        });
        RoundTrip(w => ImageZombie.WriteAll(w, Zombies), static (ref FieldReader r) =>
        {
            ImageZombie[] read = ImageZombie.ReadAll(ref r, Processes);
            return w => ImageZombie.WriteAll(w, read);
        });
        RoundTrip(w => ImageObject.WriteAll(w, Objects), static (ref FieldReader r) =>
        {
            ImageObject[] read = ImageObject.ReadAll(ref r);
            Assert.Equal(Enum.GetValues<ImageObjectKind>(), read.Select(o => o.Kind).Distinct());
            return w => ImageObject.WriteAll(w, read);
        });
        RoundTrip(w => ImageDescription.WriteAll(w, Descriptions), static (ref FieldReader r) =>
        {
            ImageDescription[] read = ImageDescription.ReadAll(ref r, objects: 17);
            return w => ImageDescription.WriteAll(w, read);
        });
        RoundTrip(w => ImageChunk.WriteAll(w, Chunks), static (ref FieldReader r) =>
        {
            ImageChunk[] read = ImageChunk.ReadAll(ref r, dataBytes: 107, processes: 2);
            return w => ImageChunk.WriteAll(w, read);
        });
        RoundTrip(w => MemoryRuns.WriteAll(w, Kept), static (ref FieldReader r) =>
        {
            MemoryRuns[] read = MemoryRuns.ReadAll(ref r, isThere: true, processes: 1);
            return w => MemoryRuns.WriteAll(w, read);
        });
    }

    [Fact]
    public void EveryTruncationOfEverySection_IsRefused()
    {
        RefuseTruncations(Write(Unit.Write), static (ref FieldReader r) => ImageUnit.Read(ref r));
        RefuseTruncations(Write(w => ImageProcess.WriteAll(w, Processes)),
            static (ref FieldReader r) => ImageProcess.ReadAll(ref r, 1, 2));
        RefuseTruncations(Write(w => ImageZombie.WriteAll(w, Zombies)),
            static (ref FieldReader r) => ImageZombie.ReadAll(ref r, Processes));
        RefuseTruncations(
            Write(w => ImageObject.WriteAll(w, Objects)), static (ref FieldReader r) => ImageObject.ReadAll(ref r));
        RefuseTruncations(Write(w => ImageDescription.WriteAll(w, Descriptions)),
            static (ref FieldReader r) => ImageDescription.ReadAll(ref r, 13));
        RefuseTruncations(Write(w => ImageChunk.WriteAll(w, Chunks)),
            static (ref FieldReader r) => ImageChunk.ReadAll(ref r, 107, 2));
        RefuseTruncations(Write(w => MemoryRuns.WriteAll(w, Kept)),
            static (ref FieldReader r) => MemoryRuns.ReadAll(ref r, true, 1));
    }

    [Fact]
    public void ReferencesToWhatIsNotThere_AreRefused()
    {
        Refuse(
            w => ImageProcess.WriteAll(w, Processes), static (ref FieldReader r) => ImageProcess.ReadAll(ref r, 1, 1));
        Refuse(
            w => ImageProcess.WriteAll(w, Processes), static (ref FieldReader r) => ImageProcess.ReadAll(ref r, 0, 2));
        Refuse(w => ImageDescription.WriteAll(w, Descriptions),
            static (ref FieldReader r) => ImageDescription.ReadAll(ref r, 11));
        Refuse(w => ImageChunk.WriteAll(w, Chunks), static (ref FieldReader r) => ImageChunk.ReadAll(ref r, 107, 1));
        Refuse(w => ImageChunk.WriteAll(w, Chunks), static (ref FieldReader r) => ImageChunk.ReadAll(ref r, 108, 2));
        Refuse(w => MemoryRuns.WriteAll(w, Kept), static (ref FieldReader r) => MemoryRuns.ReadAll(ref r, false, 1));
    }

    [Fact]
    public void FamiliesThatCannotBe_AreRefused()
    {
        ImageProcess[][] families =
        [
            [Processes[1], Processes[0]], // A parent behind its child.
            [Processes[0], Processes[0]],
            [Processes[0] with { Kinship = Processes[0].Kinship with { Pid = 0 } }],
            [Processes[0] with { Mappings = [Mappings[3] with { Origin = new DescriptorOrigin(99) }] }],
            [Processes[0] with { Mappings = [Mappings[2] with { Origin = new SharedOrigin(1, 7) }] }],
            [Processes[0] with { Mappings = [Mappings[2] with { Origin = new SharedOrigin(1, 1ul << 62) }] }],
        ];
        foreach (ImageProcess[] family in families)
        {
            Refuse(w => ImageProcess.WriteAll(w, family),
                static (ref FieldReader r) => ImageProcess.ReadAll(ref r, programs: 1, descriptions: 2));
        }
        foreach (ImageKinship zombie in (ImageKinship[])[
            Zombies[0].Kinship with { Parent = 4713 }, Zombies[0].Kinship with { Pid = 4711 }])
        {
            Refuse(w => ImageZombie.WriteAll(w, [new ImageZombie(zombie, 0)]),
                static (ref FieldReader r) => ImageZombie.ReadAll(ref r, Processes));
        }
    }

    [Fact]
    public void Runs_ThatOverlapOrAreNoPages_AreRefused()
    {
        foreach (ImageRun[] runs in (ImageRun[][])[
            [new(0x2000, 0x2000), new(0x3000, 0x1000)], [new(0x2000, 0x800)], [new(0x2000, 0)],
            [new(0x2000, 0x20_0000)], []])
        {
            ImageChunk chunk = new(ImageOwner.Process(0), 0, 1, 0, ChunkCoding.Plain, IsAhead: false, runs);
            Refuse(chunk.Write, static (ref FieldReader r) => ImageChunk.Read(ref r));
        }
    }

    private delegate object Reading(ref FieldReader reader);

    private static void RoundTrip(Action<FieldWriter> write, ReadBack read)
    {
        byte[] bytes = Write(write);
        FieldReader reader = new(bytes, "test");
        Action<FieldWriter> again = read(ref reader);
        Assert.Equal(0, reader.Remaining);
        Assert.Equal(bytes, Write(again));
    }

    private delegate Action<FieldWriter> ReadBack(ref FieldReader reader);

    private static void Refuse(Action<FieldWriter> write, Reading read) =>
        Assert.Throws<BadInputException>(() => Read(Write(write), read));

    private static object Read(byte[] bytes, Reading read)
    {
        FieldReader reader = new(bytes, "test");
        return read(ref reader);
    }

    private static void RefuseTruncations(byte[] whole, Reading read)
    {
        for (int length = 0; length < whole.Length; length++)
        {
            byte[] part = whole[..length];
            Assert.Throws<BadInputException>(() => Read(part, read));
        }
    }

    private static byte[] Write(Action<FieldWriter> write)
    {
        FieldWriter writer = new();
        write(writer);
        return writer.Written.ToArray();
    }
}

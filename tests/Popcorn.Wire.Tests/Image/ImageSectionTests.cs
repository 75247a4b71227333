using Popcorn.Core;
using Popcorn.Wire.Control;
using Popcorn.Wire.Image;

namespace Popcorn.Wire.Tests.Image;

/// <summary>Each section against its own writer, and every truncation of each.</summary>
public class ImageSectionTests
{
    private static readonly ImageProgram Program = new(
        "/srv/x/app", ["./app", "", "ä b"], new byte[] { 1, 2, 3 }, [new("x86_64", 5, 6), new("statemap", 7, 8)],
        Isa.RiscV64, 4711, "/tmp", 18, 1_790_000_000_000);

    private static readonly ImageThread[] Threads =
        [new(0, 0x10_0000_1000, new byte[] { 9, 8 }), new(4, 1, Array.Empty<byte>())];

    private static readonly ImageMapping[] Mappings =
    [
        new(new ArenaEntry(ProgramAddresses.ArenaStart, 4096, 3, MappingTraits.None, 0), ""),
        new(new ArenaEntry(ProgramAddresses.ArenaStart + 8192, 4096, 1, MappingTraits.File, 512), "/usr/share/x"),
    ];

    private static readonly ImageDescriptor[] Descriptors =
    [
        new(1, ImageDescriptorKind.Inherited, CloseOnExec: false, 0, 0, "pipe:[1]"),
        new(5, ImageDescriptorKind.File, CloseOnExec: true, 0x401, 77, "/tmp/log"),
    ];

    private static readonly ImagePageRun[] Runs = [new(0x40_0000, 8192), new(ProgramAddresses.ArenaStart, 4096)];

    [Fact]
    public void Program_IsReadAsItWasWritten()
    {
        FieldReader reader = new(Write(Program.Write), "test");

        ImageProgram read = ImageProgram.Read(ref reader);

        Assert.Equal(0, reader.Remaining);
        Assert.Equal(Program.Arguments, read.Arguments);
        Assert.Equal(Program.Files, read.Files);
        Assert.True(Program.BuildId.Span.SequenceEqual(read.BuildId.Span));
        Assert.Equal(
            Program, read with { Arguments = Program.Arguments, Files = Program.Files, BuildId = Program.BuildId });
    }

    [Fact]
    public void Lists_AreReadAsTheyWereWritten()
    {
        FieldReader threads = new(Write(w => ImageThread.WriteAll(w, Threads)), "test");
        FieldReader mappings = new(Write(w => ImageMapping.WriteAll(w, Mappings)), "test");
        FieldReader descriptors = new(Write(w => ImageDescriptor.WriteAll(w, Descriptors)), "test");
        FieldReader runs = new(Write(w => ImagePageRun.WriteAll(w, Runs)), "test");

        Assert.Equal(
            Threads.Select(t => (t.Slot, t.ThreadPointer, Convert.ToHexString(t.State.Span))),
            ImageThread.ReadAll(ref threads).Select(t => (t.Slot, t.ThreadPointer, Convert.ToHexString(t.State.Span))));
        Assert.Equal(Mappings, ImageMapping.ReadAll(ref mappings));
        Assert.Equal(Descriptors, ImageDescriptor.ReadAll(ref descriptors));
        Assert.Equal(Runs, ImagePageRun.ReadAll(ref runs, pageBytes: 12288));
    }

    [Fact]
    public void EveryTruncationOfEverySection_IsRefused()
    {
        RefuseTruncations(Write(Program.Write), static (ref FieldReader r) => ImageProgram.Read(ref r));
        RefuseTruncations(
            Write(w => ImageThread.WriteAll(w, Threads)), static (ref FieldReader r) => ImageThread.ReadAll(ref r));
        RefuseTruncations(
            Write(w => ImageMapping.WriteAll(w, Mappings)), static (ref FieldReader r) => ImageMapping.ReadAll(ref r));
        RefuseTruncations(
            Write(w => ImageDescriptor.WriteAll(w, Descriptors)), static (ref FieldReader r) =>
                ImageDescriptor.ReadAll(ref r));
        RefuseTruncations(Write(w => ImagePageRun.WriteAll(w, Runs)),
            static (ref FieldReader r) => ImagePageRun.ReadAll(ref r, 12288));
    }

    [Fact]
    public void PageRuns_ThatOverlapOrDisagreeWithTheStoredBytes_AreRefused()
    {
        byte[] overlapping = Write(w => ImagePageRun.WriteAll(w, [new(0x1000, 0x2000), new(0x2000, 0x1000)]));

        Assert.Throws<BadInputException>(
            () => Read(overlapping, static (ref FieldReader r) => ImagePageRun.ReadAll(ref r, 0x3000)));
        Assert.Throws<BadInputException>(
            () => Read(Write(w => ImagePageRun.WriteAll(w, Runs)),
                static (ref FieldReader r) => ImagePageRun.ReadAll(ref r, 4096)));
    }

    private delegate object Reading(ref FieldReader reader);

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

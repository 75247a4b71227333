using Popcorn.Core;
using Popcorn.Wire.Restore;

namespace Popcorn.Wire.Tests.Restore;

public class RestoreScriptTests
{
    private static readonly Action<FieldWriter>[] Writers =
    [
        w => RestoreScriptWriter.Map(w, 0x1000, 0x2000, 3, 4),
        w => RestoreScriptWriter.Fill(w, 0x1000, 0x1000),
        w => RestoreScriptWriter.Protect(w, 0x1000, 0x1000, 1),
        w => RestoreScriptWriter.Descriptor(w, 7, closeOnExec: true),
        w => RestoreScriptWriter.Open(w, 5, 0x402, 1234, "/tmp/ü.txt"),
        w => RestoreScriptWriter.WorkingDirectory(w, "/srv/x"),
        w => RestoreScriptWriter.FileModeMask(w, 18),
        w => RestoreScriptWriter.Thread(w, 3, 0x10_0000_4000, 0xc_0000_0000),
        w => RestoreScriptWriter.MapFile(w, 0x3000, 0x1000, 1, 2, 0x8000, "/usr/share/x"),
        w => RestoreScriptWriter.Close(w, 9),
        RestoreScriptWriter.Commit,
        RestoreScriptWriter.Go,
        RestoreScriptWriter.Sync,
        w => RestoreScriptWriter.Spawn(w, 5, orphan: true, "/bin/x", ["x", "-a"]),
        w => RestoreScriptWriter.Zombie(w, 6, 33 << 8, group: 0),
        RestoreScriptWriter.Session,
        w => RestoreScriptWriter.Group(w, 4711),
        w => RestoreScriptWriter.MapDescriptor(w, 0x3000, 0x1000, 3, 1, 0x8000, 12),
        w => RestoreScriptWriter.AttachShared(w, 0x5000, 77, readOnly: true),
        RestoreScriptWriter.Detach,
        w => RestoreScriptWriter.Prepare(w, [1, 7]),
        w => RestoreScriptWriter.Call(w, 32, [4, 0], "ab"u8, pointers: 2),
    ];

    private static readonly RestoreFrame[] Frames =
    [
        new(RestoreOperation.Map) { Address = 0x1000, Bytes = 0x2000, Protection = 3, Flags = 4 },
        new(RestoreOperation.Fill) { Address = 0x1000, Bytes = 0x1000 },
        new(RestoreOperation.Protect) { Address = 0x1000, Bytes = 0x1000, Protection = 1 },
        new(RestoreOperation.Descriptor) { Target = 7, Flags = 1 },
        new(RestoreOperation.Open) { Target = 5, Flags = 0x402, Offset = 1234, Path = "/tmp/ü.txt" },
        new(RestoreOperation.WorkingDirectory) { Path = "/srv/x" },
        new(RestoreOperation.FileModeMask) { Flags = 18 },
        new(RestoreOperation.Thread) { Target = 3, ThreadPointer = 0x10_0000_4000, Record = 0xc_0000_0000 },
        new(RestoreOperation.MapFile) { Address = 0x3000, Bytes = 0x1000, Protection = 1, Flags = 2, Offset = 0x8000,
            Path = "/usr/share/x" },
        new(RestoreOperation.Close) { Target = 9 },
        new(RestoreOperation.Commit),
        new(RestoreOperation.Go),
        new(RestoreOperation.Sync),
        new(RestoreOperation.Spawn) { Target = 5, Flags = 1, Path = "/bin/x" },
        new(RestoreOperation.Zombie) { Target = 6, Flags = 33 << 8 },
        new(RestoreOperation.Session),
        new(RestoreOperation.Group) { Target = 4711 },
        new(RestoreOperation.MapDescriptor) { Address = 0x3000, Bytes = 0x1000, Protection = 3, Flags = 1,
            Offset = 0x8000, Target = 12 },
        new(RestoreOperation.AttachShared) { Address = 0x5000, Target = 77, Flags = 1 },
        new(RestoreOperation.Detach),
        new(RestoreOperation.Prepare) { Data = new byte[] { 1, 0, 0, 0, 7, 0, 0, 0 } },
        new(RestoreOperation.Call) { Call = [32, 4, 0, 0, 0, 0, 0], Flags = 2, Data = "ab"u8.ToArray() },
    ];

    [Fact]
    public void EveryOperation_IsReadAsItWasWritten()
    {
        FieldWriter writer = new();
        foreach (Action<FieldWriter> write in Writers)
            write(writer);

        FieldReader reader = new(writer.Written, "test");
        List<RestoreFrame> read = [];
        while (reader.Remaining > 0)
            read.Add(RestoreFrame.Read(ref reader));

        Assert.Equal(Frames.Select(Describe), read.Select(Describe));
        Assert.Equal(Enum.GetValues<RestoreOperation>(), read.Select(f => f.Operation).Order());
    }

    /// <summary>Lists in a record are compared by identity; here their elements count.</summary>
    private static string Describe(RestoreFrame frame) =>
        $"{frame with { Call = [], Data = default }} {string.Join(' ', frame.Call)} " +
        Convert.ToHexString(frame.Data.Span);

    [Fact]
    public void FillFrame_HasTheSizeThatSendersLeaveRoomFor()
    {
        FieldWriter writer = new();

        RestoreScriptWriter.Fill(writer, 1, 2);

        Assert.Equal(RestoreScriptWriter.FillFrameBytes, writer.Length);
    }

    [Fact]
    public void EveryTruncationOfEveryFrame_IsRefused()
    {
        foreach (Action<FieldWriter> write in Writers)
        {
            FieldWriter writer = new();
            write(writer);
            byte[] whole = writer.Written.ToArray();
            for (int length = 0; length < whole.Length; length++)
            {
                byte[] part = whole[..length];
                Assert.Throws<BadInputException>(() =>
                {
                    FieldReader reader = new(part, "test");
                    _ = RestoreFrame.Read(ref reader);
                });
            }
        }
    }

    [Fact]
    public void Answer_IsReadAsItWasWritten_AndUnknownKindsAreRefused()
    {
        RestoreAnswer answer = new(RestoreAnswerKind.Error, RestoreOperation.Open, -2);
        FieldWriter writer = new();
        answer.Write(writer);
        byte[] unknown = [9, .. writer.Written[1..]];

        Assert.Equal(RestoreAnswer.Bytes, writer.Length);
        Assert.Equal(answer, RestoreAnswer.Read(writer.Written));
        Assert.Throws<BadInputException>(() => RestoreAnswer.Read(unknown));
    }
}

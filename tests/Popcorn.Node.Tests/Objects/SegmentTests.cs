using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Node.Tests.Moves;

namespace Popcorn.Node.Tests.Objects;

/// <summary>
/// System V shared memory through checkpoints (tests/cases/node/segments.c): found again, or made again under its
/// number, which takes root. They need the numbers of their segments to stay free.
/// </summary>
[Collection(BusyMachine.Name)]
public sealed class SegmentTests : IDisposable
{
    private static int s_keys = 0x504f0000 | (Environment.ProcessId & 0xff) << 8;

    private readonly int _key = Interlocked.Increment(ref s_keys);
    private int _segment = -1;

    public static TheoryData<Isa, Isa> Pairs() => MoveTests.Pairs();

    /// <summary>As after a restart of the machine.</summary>
    [Theory]
    [MemberData(nameof(Pairs))]
    public void SegmentsThatAreGone_AreMadeAgain_OnEveryPair(Isa source, Isa target)
    {
        string image = Path.Combine(Repository.Scratch($"segments-{source}-{target}"), "image");
        Save(image, source);
        SharedSegments.Remove(_segment);

        Restore(image, "--isa", target.Name());
    }

    [Fact]
    public void UnchangedSegment_IsFoundAgain_AndAChangedOneRefusedUnlessForced()
    {
        string image = Path.Combine(Repository.Scratch("segments-there"), "image");
        Save(image, Isa.X86_64);
        SharedSegment segment = SharedSegments.Find(_segment)!.Value;
        using (AttachedSegment attached = new(segment, isWritable: true))
            attached.Write(2 << 20, "IN"u8);

        Assert.Contains(
            $"segment {_segment} (key 0x{_key:x8}) has other contents than it had; --force", Refused(image));
        using (AttachedSegment attached = new(segment, isWritable: true))
            attached.Write(2 << 20, "in"u8);
        Restore(image);

        // The program removed it at its end.
        Assert.Null(SharedSegments.Find(_segment));
    }

    [Fact]
    public void ChangedSegment_GetsItsContentsBack_WhenForced()
    {
        string image = Path.Combine(Repository.Scratch("segments-forced"), "image");
        Save(image, Isa.X86_64);
        using (AttachedSegment attached = new(SharedSegments.Find(_segment)!.Value, isWritable: true))
            attached.Write(2 << 20, "IN"u8);

        (int code, string listing, _) = Popcorn("inspect", image);
        Assert.Equal(0, code);
        Assert.Contains($"segment     {_segment}, System V shared memory of 3145728 bytes, key 0x{_key:x8}", listing);
        Restore(image, "--force");
    }

    /// <summary>The program asks by number, so another segment of the same key would be a stranger.</summary>
    [Fact]
    public void KeyThatAnotherSegmentHas_IsNamedAndRefused_AndNothingIsLeftBehind()
    {
        string image = Path.Combine(Repository.Scratch("segments-taken"), "image");
        Save(image, Isa.X86_64);
        SharedSegments.Remove(_segment);
        SharedSegment other = SharedSegments.TryCreate(
            new SharedSegment(_segment + 256, _key, 0x180, 0, 0, 4096, 0, IsRemoved: false))!.Value;
        try
        {
            Assert.Contains($"is gone, and segment {other.Id} has its key now", Refused(image));
            Assert.Null(SharedSegments.Find(_segment));
        }
        finally
        {
            SharedSegments.Remove(other.Id);
        }
    }

    [Fact]
    public void FailedRestore_LeavesNoSegmentBehind()
    {
        string image = Path.Combine(Repository.Scratch("segments-failed"), "image");
        Save(image, Isa.X86_64);
        SharedSegments.Remove(_segment);
        string fake = FakeEmulator.Install("segments", FakeEmulator.DiesAtOnce);

        using RunningProgram failed = new(["restore", image, "--isa", "aarch64"], pathFirst: fake);
        Assert.Equal(1, failed.Finish().ExitCode);

        Assert.Null(SharedSegments.Find(_segment));
        Restore(image);
    }

    [Fact]
    public void WithoutPrivileges_ASegmentThatIsGone_IsRefused()
    {
        string image = Path.Combine(Repository.Scratch("segments-unprivileged"), "image");
        Save(image, Isa.X86_64);
        SharedSegments.Remove(_segment);

        string[] below = ["setpriv", "--bounding-set=-checkpoint_restore,-sys_admin"];
        using RunningProgram refused = new(["restore", image], below: below);
        (int code, _, string errors) = refused.Finish();
        Assert.Equal(1, code);
        Assert.Contains("CAP_CHECKPOINT_RESTORE", errors);
        Assert.Null(SharedSegments.Find(_segment));
    }

    public void Dispose()
    {
        if (_segment >= 0 && SharedSegments.FindKey(_key) is int left)
            SharedSegments.Remove(left);
    }

    private static (int ExitCode, string Output, string Errors) Popcorn(params string[] arguments)
    {
        using RunningProgram command = new(arguments);
        return command.Finish();
    }

    private void Save(string image, Isa isa)
    {
        using RunningProgram program = new(["run", "--isa", isa.Name(), "--", Repository.Segments, $"{_key}"]);
        string ready = program.ReadLine() ?? "";
        Assert.StartsWith("ready ", ready);
        _segment = int.Parse(ready.AsSpan("ready ".Length), System.Globalization.CultureInfo.InvariantCulture);
        (int code, _, string errors) =
            program.Popcorn("checkpoint", $"{program.Status.Pid}", "-o", image, "--stop");
        Assert.True(code == 0, errors);
        Assert.Equal(0, program.Wait().ExitCode);
    }

    private static void Restore(string image, params string[] options)
    {
        using RunningProgram restored = new(["restore", image, .. options]);
        restored.Send("go on");
        Assert.Equal((0, "PASS\n", ""), restored.Finish());
    }

    private static string Refused(string image)
    {
        (int code, _, string errors) = Popcorn("restore", image);
        Assert.Equal(1, code);
        return errors;
    }
}

namespace Popcorn.Node.Tests.Objects;

/// <summary>What cannot be saved or moved is named, with its descriptor and why, and the program goes on.</summary>
public class RefusalTests
{
    [Fact]
    public void Checkpoint_NamesEverythingInTheWay_AndTouchesNothing()
    {
        string folder = Repository.Scratch("refused");
        using RunningProgram program = Start("netlink,passed,unaccepted,self,code");
        string pid = $"{program.Status.Pid}";

        (int dryCode, string dry, _) = program.Popcorn("checkpoint", pid, "--dry-run");
        (int code, _, string errors) = program.Popcorn("checkpoint", pid, "-o", Path.Combine(folder, "image"));

        Assert.Equal((1, 1), (dryCode, code));
        foreach (string expected in (string[])[
            "netlink", "1 descriptors on their way", "1 connections waiting to be accepted",
            "describes this very process", "code of its own"])
        {
            Assert.Contains(expected, dry);
            Assert.Contains(expected, errors);
        }
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        program.Send("go on");
        Assert.Equal((0, "PASS\n"), (program.Finish().ExitCode, "PASS\n"));
    }

    [Theory]
    [InlineData("code", "code of its own")]
    [InlineData("mlock", "locked")]
    [InlineData("io_uring", "io_uring")]
    [InlineData("uffd", "watches this very process's memory")]
    [InlineData("self", "describes this very process")]
    [InlineData("notify", "tells this very process of messages (mq_notify)")]
    public void LiveMove_NamesWhatIsInTheWay(string what, string reason)
    {
        using RunningProgram program = Start(what);

        (int dryCode, string dry, _) = program.Migrate(Core.Isa.AArch64, "--dry-run");
        (int code, _, string errors) = program.Migrate(Core.Isa.AArch64);

        Assert.Equal((1, 1), (dryCode, code));
        Assert.Contains(reason, dry);
        Assert.Contains(reason, errors);
        program.Send("go on");
        Assert.Equal(0, program.Finish().ExitCode);
    }

    private static RunningProgram Start(string what)
    {
        RunningProgram program = new(["run", "--", Repository.Objects, "refused", what]);
        Assert.Equal("ready", program.ReadLine());
        return program;
    }
}

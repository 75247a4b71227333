using Popcorn.Core;
using Popcorn.Linux;

namespace Popcorn.Node.Tests.Moves;

/// <summary>Live moves of a session on a pseudo terminal of the program's own (tests/cases/node/inner.c): it gets a new
/// one, and none of it notices.</summary>
public class SessionTerminalTests
{
    public static TheoryData<Isa, Isa> Pairs() => MoveTests.Pairs();

    /// <summary>There and back, with input and output waiting in the terminal, half a line among it.</summary>
    [Theory]
    [MemberData(nameof(Pairs))]
    public void Session_GoesOn_AndNothingInItsTerminalIsLost(Isa source, Isa target)
    {
        using RunningProgram program = Start(source);

        foreach (Isa next in (Isa[])[target, source])
        {
            (int code, _, string errors) = program.Migrate(next);
            Assert.True(code == 0, errors);
        }

        program.Send("go on");
        Assert.Equal((0, "PASS\n", ""), program.Finish());
    }

    /// <summary>The old terminal is still the sources', with all that was in it, and nobody is hung up.</summary>
    [Theory]
    [InlineData("dies-at-once", FakeEmulator.DiesAtOnce)]
    [InlineData("dies-on-go", FakeEmulator.DiesOnGo)]
    public void FailedMove_LeavesTheTerminalAsItWas(string name, string emulator)
    {
        string fake = FakeEmulator.Install("terminal-" + name, emulator);
        using RunningProgram program = Start(Isa.X86_64, fake);

        Assert.Equal(1, program.Migrate(Isa.AArch64).ExitCode);

        (int code, _, string errors) = program.Migrate(Isa.X86_64);
        Assert.True(code == 0, errors);
        program.Send("go on");
        Assert.Equal((0, "PASS\n", ""), program.Finish());
    }

    [Fact]
    public void TerminalThatIsOpenElsewhere_IsNamedAndRefused()
    {
        using RunningProgram program = Start(Isa.X86_64);
        string terminal = program.AllProcesses().SelectMany(ProcessFiles.Descriptors).Select(d => d.Target)
            .First(t => t.StartsWith("/dev/pts/", StringComparison.Ordinal));
        using (FileStream elsewhere = new(terminal, FileMode.Open, FileAccess.Write))
        {
            (int code, _, string errors) = program.Migrate(Isa.AArch64);
            Assert.Equal(1, code);
            Assert.Contains($"'{terminal}' is open in process {Environment.ProcessId}", errors);
        }
        Assert.Equal(0, program.Migrate(Isa.AArch64).ExitCode);
        program.Send("go on");
        Assert.Equal((0, "PASS\n", ""), program.Finish());
    }

    [Fact]
    public void PolledTerminal_IsNamedAndRefused_AndCanBeSaved()
    {
        string image = Path.Combine(Repository.Scratch("inner-polled"), "image");
        using RunningProgram program = Start(Isa.X86_64, what: "polled");

        (int code, _, string errors) = program.Migrate(Isa.AArch64);

        Assert.Equal(1, code);
        Assert.Contains("polls it (epoll); save and restore it", errors);
        Assert.Equal(0, program.Popcorn("checkpoint", $"{program.Status.Pid}", "-o", image, "--stop").ExitCode);
        using RunningProgram restored = new(["restore", image, "--isa", Isa.AArch64.Name()]);
        restored.Send("go on");
        Assert.Equal((0, "PASS\n", ""), restored.Finish());
    }

    private static RunningProgram Start(Isa isa, string? pathFirst = null, string what = "waiting")
    {
        RunningProgram program = new(["run", "--isa", isa.Name(), "--", Repository.Inner, what], pathFirst);
        Assert.Equal("ready", program.ReadLine());
        return program;
    }
}

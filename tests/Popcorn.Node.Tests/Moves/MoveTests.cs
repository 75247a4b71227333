using Popcorn.Core;
using Popcorn.Wire.Agent;

namespace Popcorn.Node.Tests.Moves;

/// <summary>Moves that work: nothing the program prints tells them from no move.</summary>
public class MoveTests
{
    public static TheoryData<Isa, Isa> Pairs()
    {
        TheoryData<Isa, Isa> pairs = [];
        foreach (Isa source in IsaNames.All)
        {
            foreach (Isa target in IsaNames.All)
                pairs.Add(source, target);
        }
        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Survivor_WaitingForInput_GoesOnAfterTheMove(Isa source, Isa target)
    {
        using RunningProgram program = RunningProgram.StartSurvivor(source);
        program.Step(0);
        program.Step(1);

        (int code, string output, string errors) = program.Migrate(target);

        Assert.True(code == 0, errors);
        Assert.Contains($"move 1: {source.Name()} -> {target.Name()}", output);
        ProcessStatus status = program.Status;
        Assert.Equal((target.Name(), 1), (status.Isa, status.Migrations));
        program.Step(2);
        (code, output, errors) = program.Finish();
        Assert.Equal((3, "end of input\n", ""), (code, output, errors));
    }

    [Fact]
    public void Survivor_MovedAroundTheRingManyTimes_PrintsTheSame()
    {
        using RunningProgram program = new(
            ["run", "--migrate-every", "97", "--migrations-max", "30", "--", Repository.Survivor, "count",
                $"{Oracle.StepCount}"]);

        (int code, string output, string errors) = program.Finish();

        Assert.Equal((7, Oracle.AllSteps, ""), (code, output, errors));
    }

    /// <summary>Files that describe the process itself cannot move, and are closed in a moment.</summary>
    [Fact]
    public void ProgramThatLooksAtItself_MovesInBetween()
    {
        using RunningProgram program = new(["run", "--", Repository.Glancer]);
        Assert.Equal("ready", program.ReadLine());

        for (int i = 0; i < 6; i++)
        {
            (int code, _, string errors) = program.Migrate(i % 2 == 0 ? Isa.AArch64 : Isa.X86_64);
            Assert.True(code == 0, errors);
        }

        Assert.Equal((0, "PASS\n", ""), program.Finish());
    }

    [Fact]
    public void ProgramThatSpins_ParksAndMoves()
    {
        using RunningProgram program = RunningProgram.StartSurvivor();
        program.Send("spin");

        Assert.Equal(0, program.Migrate(Isa.X86_64).ExitCode);
        Assert.Equal(0, program.Migrate(Isa.RiscV64).ExitCode);

        Assert.Equal(2, program.Status.Migrations);
    }

    [Fact]
    public void ExitStatus_AndDeathBySignal_PassThroughAfterAMove()
    {
        using RunningProgram leaver = RunningProgram.StartSurvivor();
        Assert.Equal(0, leaver.Migrate(Isa.X86_64).ExitCode);
        leaver.Send("exit 42");
        Assert.Equal(42, leaver.Wait().ExitCode);

        using RunningProgram victim = RunningProgram.StartSurvivor();
        Assert.Equal(0, victim.Migrate(Isa.X86_64).ExitCode);
        victim.Send("spin");
        Signals.Send(victim.SupervisorPid, "TERM");
        // .NET reports death by a signal as 128 + its number, as a shell does.
        Assert.Equal(128 + 15, victim.Wait().ExitCode);
    }

    [Fact]
    public void Inspect_ShowsFramesWithLinesAndPlacesOnEveryIsa()
    {
        using RunningProgram program = RunningProgram.StartSurvivor();

        (int code, string output, string errors) = program.Popcorn("inspect", $"{program.Status.Pid}");

        Assert.True(code == 0, errors);
        Assert.Matches(@"#\d+ main at \S*survivor\.c:\d+", output);
        Assert.Contains("aarch64", output);
        program.Step(0);
    }
}

using Popcorn.Core;
using Popcorn.Linux;

namespace Popcorn.Node.Tests.Moves;

/// <summary>Moves that fail in every phase: the program goes on as if nothing had happened, and the user is told
/// why.</summary>
public class FailedMoveTests
{
    [Theory]
    [InlineData("at-once", FakeEmulator.DiesAtOnce, "ended before it had restored")]
    [InlineData("started", FakeEmulator.DiesOnceStarted, "ended before it had restored")]
    [InlineData("reading", FakeEmulator.IsKilledWhileItReads, "killed by signal 9")]
    [InlineData("refuses", FakeEmulator.Refuses, "could not carry out Open: No such file or directory")]
    [InlineData("ready", FakeEmulator.DiesAfterReady, "ended before it had restored")]
    [InlineData("go", FakeEmulator.DiesOnGo, "ended before it had restored")]
    public void TargetThatFails_LeavesTheProgramWhereItIs(string name, string script, string reason)
    {
        string emulator = FakeEmulator.Install(name, script);
        using RunningProgram program = RunningProgram.StartSurvivor(pathFirst: emulator);
        program.Step(0);
        int hostPid = program.Status.HostPid;

        (int code, _, string errors) = program.Migrate(Isa.AArch64);

        Assert.Equal(1, code);
        Assert.Contains("stays where it is", errors);
        Assert.Contains(reason, errors);
        Assert.Equal((hostPid, 0), (program.Status.HostPid, program.Status.Migrations));
        program.Step(1);
        Assert.Equal([hostPid], ProcessFiles.Children(program.SupervisorPid));
        // A later move to a target that works is not disturbed by the one that failed.
        Assert.Equal(0, program.Migrate(Isa.RiscV64).ExitCode);
        program.Step(2);
        Assert.Equal((3, "end of input\n", ""), program.Finish());
    }

    [Fact]
    public void UnknownAndFinishedProcesses_AreRefused()
    {
        using RunningProgram program = RunningProgram.StartSurvivor();
        int pid = program.Status.Pid;
        (int unknownCode, _, string unknown) = program.Popcorn("migrate", "1", "--to", "aarch64");
        program.Finish();
        (int finishedCode, _, string finished) = program.Popcorn("migrate", $"{pid}", "--to", "aarch64");

        Assert.Equal((1, 1), (unknownCode, finishedCode));
        Assert.Contains("process 1 was not started by 'popcorn run'", unknown);
        Assert.Contains($"there is no process {pid}", finished);
        Assert.Equal("PID  ISA  STATE  MOVES  UPTIME  COMMAND\n", program.Popcorn("ps").Output);
    }

    [Fact]
    public void UnknownIsa_IsAUsageError_AndDryRunTouchesNothing()
    {
        using RunningProgram program = RunningProgram.StartSurvivor();
        int pid = program.Status.Pid;

        (int code, _, string errors) = program.Popcorn("migrate", $"{pid}", "--to", "sparc");
        (int dryCode, string dry, _) = program.Migrate(Isa.RiscV64, "--dry-run");

        Assert.Equal(64, code);
        Assert.Contains("unknown ISA 'sparc'", errors);
        Assert.Equal(0, dryCode);
        Assert.Contains("can move from x86_64 to riscv64", dry);
        Assert.Equal(0, program.Status.Migrations);
    }

    [Fact]
    public void MissingExecutable_IsRefusedBeforeAnythingIsTouched()
    {
        string folder = Repository.Scratch("two-isas");
        CopyProgram(folder, "x86_64", "riscv64");
        using RunningProgram program = new(["run", Path.Combine(folder, "survivor")]);
        Assert.Equal("ready", program.ReadLine());

        (int code, _, string errors) = program.Migrate(Isa.AArch64);

        Assert.Equal(1, code);
        Assert.Contains("was not built for aarch64 (it was for x86_64, riscv64)", errors);
        program.Step(0);
    }

    [Fact]
    public void ProgramKilledByOthers_EndsTheSupervisorTheSameWay()
    {
        using RunningProgram program = RunningProgram.StartSurvivor();
        Signals.Send(program.Status.HostPid, "KILL");

        Assert.Equal(128 + 9, program.Wait().ExitCode);
    }

    [Fact]
    public void ProgramNotBuiltByPopcorn_IsRefused()
    {
        using RunningProgram program = new(["run", "/bin/true"]);

        (int code, _, string errors) = program.Wait();

        Assert.Equal(1, code);
        Assert.Contains("it was not built by 'popcorn cc'", errors);
    }

    [Fact]
    public void ExecutableOfAnotherBuild_IsRefused()
    {
        string folder = Repository.Scratch("other-build");
        CopyProgram(folder, "x86_64", "aarch64");
        string aarch64 = Path.Combine(folder, "survivor.popcorn", "aarch64");
        byte[] bytes = File.ReadAllBytes(aarch64);
        byte[] id = ObjectFiles.Elf.ElfFile.Parse(bytes, aarch64).ReadBuildId().ToArray();
        bytes[bytes.AsSpan().IndexOf(id)] ^= 1;
        File.WriteAllBytes(aarch64, bytes);
        using RunningProgram program = new(["run", Path.Combine(folder, "survivor")]);
        Assert.Equal("ready", program.ReadLine());

        (int code, _, string errors) = program.Migrate(Isa.AArch64);

        Assert.Equal(1, code);
        Assert.Contains("come from different builds", errors);
        program.Step(0);
    }

    private static void CopyProgram(string folder, params string[] isas)
    {
        string target = Directory.CreateDirectory(Path.Combine(folder, "survivor.popcorn")).FullName;
        foreach (string file in isas.Append("statemap"))
            File.Copy(Path.Combine(Repository.Survivor + ".popcorn", file), Path.Combine(target, file));
    }
}

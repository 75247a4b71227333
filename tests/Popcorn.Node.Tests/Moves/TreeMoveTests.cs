using Popcorn.Core;
using Popcorn.Wire.Agent;

namespace Popcorn.Node.Tests.Moves;

/// <summary>Programs of several processes move as one unit: tests/cases/node/family.c checks every relation.</summary>
public class TreeMoveTests
{
    private const int FamilyMembers = 7;

    [Theory]
    [MemberData(nameof(MoveTests.Pairs), MemberType = typeof(MoveTests))]
    public void Family_KeepsEveryRelation(Isa source, Isa target)
    {
        using RunningProgram program = RunningProgram.StartFamily(source);
        program.CheckFamily();

        (int code, string output, string errors) = program.Migrate(target);

        Assert.True(code == 0, errors);
        Assert.Contains($"{FamilyMembers} processes", output);
        program.CheckFamily();
        Assert.True(program.Migrate(source).ExitCode == 0);
        program.CheckFamily();
        program.EndFamily();
    }

    [Theory]
    [MemberData(nameof(MoveTests.Pairs), MemberType = typeof(MoveTests))]
    public void WhatTheFirstProcessLeftBehind_Moves(Isa source, Isa target)
    {
        using RunningProgram program = RunningProgram.StartDaemon(source);

        foreach (Isa isa in (Isa[])[target, source])
        {
            (int code, string output, string errors) = program.Migrate(isa);
            Assert.True(code == 0, errors);
            Assert.Contains("2 processes", output);
            program.Send("check");
            Assert.Equal("PASS", program.ReadLine());
        }

        Assert.Equal((5, "", ""), program.Finish());
    }

    [Fact]
    public void Tree_IsListed_WithTheProgramsNumbers()
    {
        using RunningProgram program = RunningProgram.StartFamily();
        ProcessStatus before = program.Status;

        Assert.Equal(0, program.Migrate(Isa.RiscV64).ExitCode);

        ProcessStatus after = program.Status;
        // The zombie is listed too.
        Assert.Equal(FamilyMembers + 1, after.Members.Count);
        Assert.Equal(before.Members.Select(m => m.Pid).Order(), after.Members.Select(m => m.Pid).Order());
        Assert.Empty(before.Members.Select(m => m.HostPid).Intersect(after.Members.Select(m => m.HostPid)));
        Assert.All(after.Members.Where(m => m.State == "running"), m => Assert.Equal("riscv64", m.Isa));
        Assert.Single(after.Members, m => m.State == "ended");
        program.EndFamily();
    }

    [Fact]
    public void AnyMember_NamesTheUnit()
    {
        using RunningProgram program = RunningProgram.StartFamily();
        int member = program.Status.Members.First(m => m.Depth == 2 && m.State == "running").Pid;

        (int code, string output, string errors) = program.Popcorn("migrate", $"{member}", "--to", "aarch64");

        Assert.True(code == 0, errors);
        Assert.Contains($"{FamilyMembers} processes", output);
        program.CheckFamily();
        program.EndFamily();
    }

    [Theory]
    [InlineData("tree-at-once", FakeEmulator.DiesAtOnce)]
    [InlineData("tree-reading", FakeEmulator.IsKilledWhileItReads)]
    [InlineData("tree-go", FakeEmulator.DiesOnGo)]
    public void TargetThatFails_LeavesTheWholeUnitWhereItIs(string name, string script)
    {
        using RunningProgram program = RunningProgram.StartFamily(pathFirst: FakeEmulator.Install(name, script));
        IEnumerable<int> before = program.Status.Members.Select(m => m.HostPid).Order();

        (int code, _, string errors) = program.Migrate(Isa.AArch64);

        Assert.Equal(1, code);
        Assert.Contains("stays where it is", errors);
        Assert.Equal(before, program.Status.Members.Select(m => m.HostPid).Order());
        program.CheckFamily();
        Assert.Equal(0, program.Migrate(Isa.RiscV64).ExitCode);
        program.CheckFamily();
        program.EndFamily();
    }

    [Fact]
    public void StoppedMember_IsRefusedByNumber()
    {
        using RunningProgram program = RunningProgram.StartFamily();
        MemberStatus member = program.Status.Members.Last(m => m.State == "running");
        Signals.Send(member.HostPid, "STOP");

        (int code, _, string errors) = program.Migrate(Isa.RiscV64);

        Assert.Equal(1, code);
        Assert.Contains($"process {member.Pid}: it is stopped", errors);
        Signals.Send(member.HostPid, "CONT");
        Assert.Equal(0, program.Migrate(Isa.RiscV64).ExitCode);
        program.CheckFamily();
        program.EndFamily();
    }

    [Fact]
    public void ForkAndExecStorm_UnderManyMoves_LosesNobody()
    {
        using RunningProgram program = new(
            ["run", "--migrate-every", "2000", "--migrations-max", "15", "--", Repository.Storm, "120"]);

        (int code, string output, string errors) = program.Finish();

        Assert.Equal((0, "120 children, all as expected\n", ""), (code, output, errors));
    }
}

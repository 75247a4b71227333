using System.Text.Json;
using Popcorn.Core;
using Popcorn.Node.Checkpoints;
using Popcorn.Node.Tests.Moves;
using Popcorn.Wire.Agent;

namespace Popcorn.Node.Tests.Checkpoints;

/// <summary>Programs of several processes are saved and restored as one: tests/cases/node/family.c checks every
/// relation.</summary>
public class TreeCheckpointTests
{
    private const int FamilyMembers = 7;

    [Theory]
    [MemberData(nameof(MoveTests.Pairs), MemberType = typeof(MoveTests))]
    public void Family_IsRestored_WithEveryRelation_WhileTheOriginalGoesOn(Isa source, Isa target)
    {
        string image = Path.Combine(Repository.Scratch($"family-{source}-{target}"), "image");
        using (RunningProgram original = RunningProgram.StartFamily(source))
        {
            original.CheckFamily();
            Assert.Contains($"{FamilyMembers} processes", Save(original, image));
            original.CheckFamily();
            original.EndFamily();
        }
        // The image is only read.
        for (int time = 0; time < 2; time++)
        {
            using RunningProgram restored = new(["restore", image, "--isa", target.Name()]);
            restored.CheckFamily();
            restored.EndFamily();
        }
    }

    /// <summary>While the original has its own: they are two terminals.</summary>
    [Theory]
    [MemberData(nameof(MoveTests.Pairs), MemberType = typeof(MoveTests))]
    public void SessionOnATerminalOfTheProgram_IsRestored(Isa source, Isa target)
    {
        string image = Path.Combine(Repository.Scratch($"inner-{source}-{target}"), "image");
        using RunningProgram original = new(["run", "--isa", source.Name(), "--", Repository.Inner]);
        Assert.Equal("ready", original.ReadLine());
        Save(original, image);

        using RunningProgram restored = new(["restore", image, "--isa", target.Name()]);
        restored.Send("go on");
        Assert.Equal((0, "PASS\n", ""), restored.Finish());
        original.Send("go on");
        Assert.Equal((0, "PASS\n", ""), original.Finish());
    }

    [Fact]
    public void RestoredFamily_IsMovedAndSavedAgain()
    {
        string folder = Repository.Scratch("family-again");
        string first = Path.Combine(folder, "first");
        string second = Path.Combine(folder, "second");
        int[] pids;
        using (RunningProgram original = RunningProgram.StartFamily())
        {
            pids = PidsOf(original.Status);
            Save(original, first, "--stop");
            Assert.Equal((0, "", ""), original.Wait());
        }
        using (RunningProgram restored = new(["restore", first, "--isa", "riscv64"]))
        {
            restored.CheckFamily();
            Assert.Equal(pids, PidsOf(restored.Status));
            Assert.Equal(0, restored.Migrate(Isa.AArch64).ExitCode);
            restored.CheckFamily();
            Save(restored, second, "--stop");
            Assert.Equal((0, "", ""), restored.Wait());
        }

        using RunningProgram last = new(["restore", second]);

        last.CheckFamily();
        Assert.Equal(pids, PidsOf(last.Status));
        last.EndFamily();
    }

    [Fact]
    public void DifferenceToAnEncryptedImage_IsRestored()
    {
        string folder = Repository.Scratch("family-difference");
        string key = Path.Combine(folder, "key");
        File.WriteAllText(key, "a pass phrase that is long enough");
        using (RunningProgram original = RunningProgram.StartFamily())
        {
            original.CheckFamily();
            Save(original, Path.Combine(folder, "whole"), "--key", key);
            original.CheckFamily();
            Save(original, Path.Combine(folder, "difference"), "--key", key, "--parent",
                Path.Combine(folder, "whole"), "--stop");
        }
        using (ImageFile image = ImageFile.Open(
            Path.Combine(folder, "difference"), ImageOptions.ReadSecret(key)))
        {
            Assert.True(image.IsEncrypted);
            Assert.True(image.KeptBytes > image.MemoryBytes, $"{image.KeptBytes} of {image.MemoryBytes}");
        }

        using RunningProgram restored =
            new(["restore", Path.Combine(folder, "difference"), "--key", key, "--isa", "aarch64"]);

        restored.CheckFamily();
        restored.EndFamily();
    }

    [Fact]
    public void DryRunAndInspect_ShowEveryProcess()
    {
        string image = Path.Combine(Repository.Scratch("family-shown"), "image");
        using RunningProgram program = RunningProgram.StartFamily();
        ProcessStatus status = program.Status;

        (int code, string dry, string errors) =
            program.Popcorn("checkpoint", $"{status.Pid}", "--dry-run", "--json");
        Save(program, image);
        string text = program.Popcorn("inspect", image).Output;
        ImageListing listing = JsonSerializer.Deserialize(
            program.Popcorn("inspect", image, "--json").Output, AgentJson.Default.ImageListing)!;

        Assert.True(code == 0, dry + errors);
        Assert.Equal(
            FamilyMembers, JsonSerializer.Deserialize(dry, AgentJson.Default.CheckpointReport)!.Processes);
        Assert.Equal(
            status.Members.Where(m => m.State == "running").Select(m => m.Pid).Order(),
            listing.Processes.Select(p => p.Pid).Order());
        ImageZombieListing zombie = Assert.Single(listing.Zombies);
        Assert.Contains(zombie.ParentPid, listing.Processes.Select(p => p.Pid));
        Assert.Contains($"ended       {zombie.Pid}, child of {zombie.ParentPid}, exited with status 33", text);
        Assert.Equal(2, listing.Processes.Count(p => p.ParentPid == 0));
        program.CheckFamily();
        program.EndFamily();
    }

    [Theory]
    [MemberData(nameof(MoveTests.Pairs), MemberType = typeof(MoveTests))]
    public void PipelineOfExecutedPrograms_LosesAndRepeatsNothing(Isa source, Isa target)
    {
        string image = Path.Combine(Repository.Scratch($"pipeline-{source}-{target}"), "image");
        using (RunningProgram original = new(["run", "--isa", source.Name(), "--", Repository.Pipeline]))
        {
            Assert.Equal("ready", original.ReadLine());
            Assert.Contains("3 processes", Save(original, image, "--stop"));
        }

        using RunningProgram restored = new(["restore", image, "--isa", target.Name()]);

        restored.Send("go on");
        Assert.Equal((0, "PASS\n", ""), restored.Finish());
    }

    [Fact]
    public void ForkAndExecStorm_IsSavedAtAnyMoment_AndLosesNobody()
    {
        const int Images = 3;
        string folder = Repository.Scratch("storm-images");
        using RunningProgram program = new(["run", "--", Repository.Storm, "1000", "after-input"]);
        program.AwaitStart();

        for (int i = 0; i < Images; i++)
            Save(program, Path.Combine(folder, $"{i}"), i == Images - 1 ? ["--stop"] : []);

        Assert.Equal((0, "", ""), program.Wait());
        for (int i = 0; i < Images; i++)
        {
            using RunningProgram restored = new(["restore", Path.Combine(folder, $"{i}")]);
            (int code, string output, string errors) = restored.Finish();
            Assert.Equal((0, ""), (code, errors));
            Assert.EndsWith(" children, all as expected\n", output);
        }
    }

    [Fact]
    public void StoppedMember_IsRefusedByNumber()
    {
        string folder = Repository.Scratch("family-stopped");
        using RunningProgram program = RunningProgram.StartFamily();
        MemberStatus member = program.Status.Members.Last(m => m.State == "running");
        Signals.Send(member.HostPid, "STOP");

        (int code, _, string errors) =
            program.Popcorn("checkpoint", $"{program.Status.Pid}", "-o", Path.Combine(folder, "image"));

        Assert.Equal(1, code);
        Assert.Contains($"process {member.Pid}: it is stopped", errors);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        Signals.Send(member.HostPid, "CONT");
        program.CheckFamily();
        program.EndFamily();
    }

    [Theory]
    [MemberData(nameof(MoveTests.Pairs), MemberType = typeof(MoveTests))]
    public void WhatTheFirstProcessLeftBehind_IsRestored_AndItsStatusKept(Isa source, Isa target)
    {
        string image = Path.Combine(Repository.Scratch($"daemon-{source}-{target}"), "image");
        using (RunningProgram original = RunningProgram.StartDaemon(source))
        {
            Save(original, image, "--stop");
            Assert.Equal((0, "", ""), original.Wait());
        }

        using RunningProgram restored = new(["restore", image, "--isa", target.Name()]);

        restored.Send("check");
        Assert.Equal("PASS", restored.ReadLine());
        Assert.Equal((5, "", ""), restored.Finish());
    }

    [Theory]
    [InlineData("restore-at-once", FakeEmulator.DiesAtOnce)]
    [InlineData("restore-reading", FakeEmulator.IsKilledWhileItReads)]
    [InlineData("restore-go", FakeEmulator.DiesOnGo)]
    public void TargetThatFails_EndsTheRestore_AndNothingRuns(string name, string script)
    {
        string image = Path.Combine(Repository.Scratch("family-" + name), "image");
        using (RunningProgram original = RunningProgram.StartFamily())
            Save(original, image, "--stop");

        using RunningProgram restored =
            new(["restore", image, "--isa", "aarch64"], pathFirst: FakeEmulator.Install(name, script));
        (int code, string output, string errors) = restored.Wait();

        Assert.Equal((1, ""), (code, output));
        Assert.Contains("cannot restore", errors);
        Assert.True(SpinWait.SpinUntil(() => !restored.AllProcesses().Any(), TimeSpan.FromSeconds(10)));
        using RunningProgram again = new(["restore", image, "--isa", "aarch64"]);
        again.CheckFamily();
        again.EndFamily();
    }

    private static int[] PidsOf(ProcessStatus status) => [.. status.Members.Select(m => m.Pid).Order()];

    /// <summary>What the command printed.</summary>
    private static string Save(RunningProgram program, string image, params string[] options)
    {
        (int code, string output, string errors) =
            program.Popcorn(["checkpoint", $"{program.Status.Pid}", "-o", image, .. options]);
        Assert.True(code == 0, errors);
        return output;
    }
}

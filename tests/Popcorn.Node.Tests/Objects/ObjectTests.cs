using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Node.Tests.Moves;

namespace Popcorn.Node.Tests.Objects;

/// <summary>
/// Kernel objects through a checkpoint and through a live move. The program (tests/cases/node/objects.c) looks at each
/// property itself and prints PASS or what differs.
/// </summary>
public class ObjectTests
{
    public static TheoryData<Isa, Isa> Pairs() => MoveTests.Pairs();

    [Theory]
    [InlineData("files")]
    [InlineData("directory")]
    [InlineData("pipes")]
    [InlineData("unix")]
    [InlineData("inet")]
    [InlineData("events")]
    [InlineData("memory")]
    [InlineData("watches")]
    [InlineData("locks")]
    [InlineData("record-locks")]
    [InlineData("terminals")]
    [InlineData("traits")]
    [InlineData("shared-memory")]
    [InlineData("queues")]
    public void Checkpoint_KeepsObjects(string kind) =>
        SaveAndRestore(kind, Repository.Scratch("object-" + kind), Isa.X86_64, Isa.X86_64);

    /// <summary>All kinds at once, a thread each.</summary>
    [Theory]
    [MemberData(nameof(Pairs))]
    public void Checkpoint_KeepsAllObjects_OnEveryPair(Isa source, Isa target) =>
        SaveAndRestore("all", Repository.Scratch($"objects-{source}-{target}"), source, target);

    /// <summary>A duplicate that stayed open would be taken for something the program had inherited.</summary>
    [Fact]
    public void Checkpoint_LeavesNothingOpenInTheSupervisor()
    {
        string folder = Repository.Scratch("left-open");
        string place = Directory.CreateDirectory(Path.Combine(folder, "place")).FullName;
        using RunningProgram program = Start("all", place, Isa.X86_64);
        string pid = $"{program.Status.Pid}";
        string[] before = OpenIn(program.SupervisorPid);

        Assert.Equal(0, program.Popcorn("checkpoint", pid, "--dry-run").ExitCode);
        Assert.Equal(0, program.Popcorn("checkpoint", pid, "-o", Path.Combine(folder, "image")).ExitCode);

        Assert.Equal(before, OpenIn(program.SupervisorPid));
    }

    private static string[] OpenIn(int pid) => [.. ProcessFiles.Descriptors(pid)
        .Select(d => d.Target)
        .Where(t => !t.StartsWith("socket:", StringComparison.Ordinal))
        .Order()];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void LiveMove_KeepsObjects_OnEveryPair(Isa source, Isa target)
    {
        using RunningProgram program = Start("most", Repository.Scratch($"moved-{source}-{target}"), source);

        (int code, _, string errors) = program.Migrate(target);

        Assert.True(code == 0, errors);
        Assert.Equal(source, Back(program, target, source));
        program.Send("go on");
        Assert.Equal((0, "PASS\n", ""), program.Finish());
    }

    /// <summary>There and back, and there again if that is elsewhere: what a move loses, two moves lose too.</summary>
    private static Isa Back(RunningProgram program, Isa target, Isa source)
    {
        if (target == source)
            return source;
        (int code, _, string errors) = program.Migrate(source);
        Assert.True(code == 0, errors);
        return source;
    }

    private static void SaveAndRestore(string kind, string folder, Isa source, Isa target)
    {
        string image = Path.Combine(folder, "image");
        string place = Directory.CreateDirectory(Path.Combine(folder, Path.GetFileName(folder))).FullName;
        using (RunningProgram program = Start(kind, place, source))
        {
            (int code, _, string errors) = program.Popcorn(
                "checkpoint", $"{program.Status.Pid}", "-o", image, "--stop");
            Assert.True(code == 0, errors);
            Assert.Equal(0, program.Wait().ExitCode);
        }
        using RunningProgram restored = new(["restore", image, "--isa", target.Name()]);
        restored.Send("go on");
        Assert.Equal((0, "PASS\n", ""), restored.Finish());
    }

    private static RunningProgram Start(string kind, string folder, Isa isa)
    {
        RunningProgram program = new(["run", "--isa", isa.Name(), "--", Repository.Objects, kind, folder]);
        Assert.Equal("ready", program.ReadLine());
        return program;
    }
}

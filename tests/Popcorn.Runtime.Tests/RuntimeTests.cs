using Popcorn.Core;

namespace Popcorn.Runtime.Tests;

/// <summary>The runtime on every ISA, unmoved and moved. Emulated ISAs prove meaning, not timing.</summary>
[Collection(SharedPrograms.Name)]
public sealed class RuntimeTests(RuntimePrograms programs)
{
    private static readonly Dictionary<string, (int ExitCode, string Output)> Expected = new()
    {
        ["loop"] = (7, "start\nsum=8629681770381220288\n"),
        ["sleep"] = (5, "slept\n"),
        ["threads"] = (9, "sum=8546003257334094912\n"),
        ["signals"] = (6, "signals\n"),
        ["arena"] = (4, "arena\n"),
        ["kernel"] = (8, "kernel\n"),
        ["overflow"] = (3, "overflow\n"),
    };

    /// <summary>Arguments of the harness: when to ask for the first park, and how many threads must be there by then.</summary>
    private static readonly Dictionary<string, string[]> Moved = new()
    {
        ["loop"] = ["-m", "10000"],
        ["sleep"] = ["-m", "100000"],
        ["threads"] = ["-m", "30000", "-t", "4"],
        ["signals"] = ["-m", "10000"],
    };

    public static TheoryData<string, Isa> ProgramsAndIsas()
    {
        TheoryData<string, Isa> data = [];
        foreach (string name in RuntimePrograms.Names)
        {
            foreach (Isa isa in IsaNames.All)
                data.Add(name, isa);
        }
        return data;
    }

    public static TheoryData<string, string> ProgramsAndRings()
    {
        TheoryData<string, string> data = [];
        foreach (string name in Moved.Keys)
        {
            foreach (Isa source in IsaNames.All)
            {
                foreach (Isa target in IsaNames.All)
                    data.Add(name, $"{source.Name()} {target.Name()}");
            }
        }
        data.Add("loop", "x86_64 aarch64 riscv64 x86_64 riscv64 aarch64 x86_64");
        data.Add("threads", "riscv64 aarch64 x86_64 x86_64");
        data.Add("sleep", "x86_64 aarch64 riscv64 x86_64");
        return data;
    }

    [Theory]
    [MemberData(nameof(ProgramsAndIsas))]
    public void Unmoved_ChecksPass(string name, Isa isa)
    {
        ShellResult result = programs.RunUnmoved(name, isa);

        Assert.Equal(Expected[name], (result.ExitCode, result.Output));
    }

    [Theory]
    [MemberData(nameof(ProgramsAndRings))]
    public void Moved_EndsAsIfItHadNot(string name, string ring)
    {
        string[] isas = ring.Split(' ');

        ShellResult result = Shell.Run(
            programs.Harness, [.. Moved[name], .. isas.Select(isa => $"{isa}:{programs.Program(name, IsaOf(isa))}")]);

        Assert.Equal(Expected[name], (result.ExitCode, result.Output));
        Assert.Equal($"harness: {isas.Length - 1} moves\n", result.Errors);
    }

    /// <summary>Threads that wait for their part: fewer than are needed, and more, the first thread's slot among
    /// them.</summary>
    [Theory]
    [InlineData("3", "riscv64 aarch64 x86_64 x86_64")]
    [InlineData("40", "riscv64 aarch64 x86_64 x86_64")]
    [InlineData("40", "aarch64 riscv64 x86_64")]
    public void MovedToWaitingThreads_EndsAsIfItHadNot(string slots, string ring)
    {
        string[] isas = ring.Split(' ');

        ShellResult result = Shell.Run(programs.Harness, [
            "-p", slots, .. Moved["threads"],
            .. isas.Select(isa => $"{isa}:{programs.Program("threads", IsaOf(isa))}"),
        ]);

        Assert.Equal(Expected["threads"], (result.ExitCode, result.Output));
        Assert.Equal($"harness: {isas.Length - 1} moves\n", result.Errors);
    }

    private static Isa IsaOf(string name) =>
        IsaNames.TryParse(name, out Isa isa) ? isa : throw new ArgumentException($"'{name}' is no ISA", nameof(name));
}

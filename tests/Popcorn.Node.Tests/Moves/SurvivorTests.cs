using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Popcorn.Core;

namespace Popcorn.Node.Tests;

/// <summary>
/// The survivors of tests/cases/survivors: each case sets something up, is moved around a ring while it waits for it,
/// and then checks that nothing has changed.
/// </summary>
public partial class SurvivorTests
{
    /// <summary>Cases of one source run side by side; most of their time they wait.</summary>
    private const int SideBySide = 4;

    private static readonly Isa[] Forward = [Isa.X86_64, Isa.AArch64, Isa.RiscV64, Isa.X86_64, Isa.X86_64];
    private static readonly Isa[] Backward = [Isa.RiscV64, Isa.AArch64, Isa.X86_64, Isa.RiscV64];

    [Theory]
    [InlineData("threads")]
    [InlineData("blocking")]
    [InlineData("signals")]
    [InlineData("clocks")]
    [InlineData("memory")]
    [InlineData("sharing")]
    public void MovedAroundTheRing_NoticesNothing(string source) => MoveEachCase(source, Forward);

    [Theory]
    [InlineData("threads")]
    [InlineData("blocking")]
    [InlineData("signals")]
    [InlineData("clocks")]
    [InlineData("memory")]
    [InlineData("sharing")]
    public void MovedAroundTheRingBackwards_NoticesNothing(string source) => MoveEachCase(source, Backward);

    private static void MoveEachCase(string source, Isa[] ring)
    {
        string executable = Repository.Survivors(source);
        string[] cases = [.. CasePattern().Matches(File.ReadAllText(Repository.SurvivorSource(source)))
            .Select(m => m.Groups[1].Value)];
        Assert.NotEmpty(cases);
        ConcurrentQueue<string> failures = new();
        ParallelOptions options = new() { MaxDegreeOfParallelism = SideBySide };
        Parallel.ForEach(cases, options, name =>
        {
            if (MoveCase(executable, name, ring) is string failure)
                failures.Enqueue($"{source} {name}: {failure}");
        });
        Assert.True(failures.IsEmpty, string.Join('\n', failures));
    }

    /// <summary>What went wrong, or null.</summary>
    private static string? MoveCase(string executable, string name, Isa[] ring)
    {
        using RunningProgram program = new(["run", "--isa", ring[0].Name(), "--", executable, name]);
        string first = program.ReadLine() ?? "nothing";
        if (!first.StartsWith("ready ", StringComparison.Ordinal))
            return $"said '{first}' instead of ready";
        foreach (Isa target in ring[1..])
        {
            (int code, string output, string errors) = program.Migrate(target);
            if (code != 0)
                return $"not moved to {target.Name()}: {output}{errors}";
        }
        program.Send("go");
        (int exitCode, string rest, string error) = program.Wait();
        return exitCode == 0 && rest == "PASS\n" ? null : $"exit code {exitCode}, said: {rest}{error}";
    }

    [GeneratedRegex(@"CASE\((\w+)\)[,\s}]")]
    private static partial Regex CasePattern();
}

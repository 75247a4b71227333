using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Popcorn.EndToEnd.Tests;

/// <summary>
/// A C program of tests/cases/programs with the directives of its first comment lines (<c>flags:</c>, <c>args:</c>,
/// <c>stdin:</c>). It is built once per test run, by <c>popcorn cc</c> and, for AArch64 with glibc, by gcc; the latter's
/// run is the oracle (AArch64, since its long double is the IEEE quad of every popcorn program), so a program must not
/// print what legitimately differs (pids, addresses).
/// </summary>
internal sealed partial class CaseProgram
{
    private static readonly ConcurrentDictionary<string, Lazy<CaseProgram>> Built = new();

    private CaseProgram(string name)
    {
        Name = name;
        string source = Path.Combine(Repository.Cases("programs"), name + ".c");
        string[] directives = [.. File.ReadLines(source).TakeWhile(line => line.StartsWith("//", StringComparison.Ordinal))];
        Arguments = [.. ArgumentPattern().Matches(Directive(directives, "args")).Select(m => m.Value.Trim('"'))];
        Input = Regex.Unescape(Directive(directives, "stdin"));
        string scratch = Repository.Scratch("programs");
        Executable = Path.Combine(scratch, name);
        string[] flags = Directive(directives, "flags").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Build(Repository.Popcorn, ["cc", .. flags, source, "-o", Executable, "-lm"]);
        string oracle = Path.Combine(scratch, name + ".oracle");
        Build("aarch64-linux-gnu-gcc",
            ["-w", "-static", "-fsigned-char", "-ffp-contract=off", .. flags, source, "-o", oracle, "-lm", "-latomic"]);
        Expected = Command.Run("qemu-aarch64-static", [oracle, .. Arguments], Input);
    }

    public string Name { get; }

    public string Executable { get; }

    public IReadOnlyList<string> Arguments { get; }

    public string Input { get; }

    /// <summary>What the same source prints when another compiler and libc build it.</summary>
    public CommandResult Expected { get; }

    public static IEnumerable<string> Names() =>
        Directory.EnumerateFiles(Repository.Cases("programs"), "*.c").Select(f => Path.GetFileNameWithoutExtension(f)!).Order();

    public static CaseProgram Get(string name) => Built.GetOrAdd(name, n => new(() => new CaseProgram(n))).Value;

    /// <summary>Runs it under <c>popcorn run</c> and demands the oracle's output, whole, and its exit code.</summary>
    public void RunAndCompare(params string[] options)
    {
        CommandResult result = Command.Run(
            Repository.Popcorn, ["run", .. options, "--", Executable, .. Arguments], Input);
        string how = $"popcorn run {string.Join(' ', options)} -- {Executable}";
        Assert.True(Expected.Output == result.Output,
            $"{how}\nstandard output differs; expected:\n{Expected.Output}\nactual:\n{result.Output}\nstderr:\n{result.Errors}");
        Assert.True(Expected.Errors == result.Errors, $"{how}\nstandard error differs:\n{result.Errors}");
        Assert.True(Expected.ExitCode == result.ExitCode, $"{how}\nexit code {result.ExitCode}, not {Expected.ExitCode}");
    }

    private static void Build(string compiler, string[] arguments)
    {
        CommandResult result = Command.Run(compiler, arguments);
        Assert.True(result.ExitCode == 0, $"{compiler} {string.Join(' ', arguments)}\n{result.Output}{result.Errors}");
    }

    private static string Directive(string[] lines, string name)
    {
        string prefix = $"// {name}: ";
        string? line = Array.Find(lines, l => l.StartsWith(prefix, StringComparison.Ordinal));
        return line is null ? "" : line[prefix.Length..];
    }

    [GeneratedRegex("\"[^\"]*\"|[^ ]+")]
    private static partial Regex ArgumentPattern();
}

using System.Globalization;
using Popcorn.Core;

namespace Popcorn.Compiler.Tests.Passes;

/// <summary>One file of tests/cases/ir: how to run it and what to expect, both in its own comments.</summary>
public sealed class PassCase
{
    private PassCase(string path)
    {
        Path = path;
        string[] lines = File.ReadAllLines(path);
        string[] run = Values(lines, "run").Single().Split(' ');
        Level = Enum.Parse<OptimisationLevel>(run[0].TrimStart('-'));
        After = run.Single(w => w.StartsWith("after=", StringComparison.Ordinal))["after=".Length..];
        Points = !run.Contains("points=off");
        Present = Values(lines, "check");
        Absent = Values(lines, "check-not");
        Counted = [.. Values(lines, "check-count").Select(v => v.Split(' ', 2))
            .Select(p => (int.Parse(p[0], CultureInfo.InvariantCulture), p[1]))];
    }

    public static string Folder { get; } = FindFolder();

    public string Path { get; }

    public OptimisationLevel Level { get; }

    public string After { get; }

    public bool Points { get; }

    public IReadOnlyList<string> Present { get; }

    public IReadOnlyList<string> Absent { get; }

    public IReadOnlyList<(int Count, string Text)> Counted { get; }

    public static PassCase Load(string name) => new(System.IO.Path.Combine(Folder, name));

    public static IEnumerable<string> Names() =>
        Directory.EnumerateFiles(Folder, "*.c").Select(
            p => System.IO.Path.GetFileName(p)!).Order(StringComparer.Ordinal);

    private static string[] Values(string[] lines, string key) =>
        [.. lines.Where(l => l.StartsWith($"// {key}: ", StringComparison.Ordinal)).Select(l => l[(key.Length + 5)..])];

    private static string FindFolder()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !Directory.Exists(System.IO.Path.Combine(folder.FullName, "tests", "cases", "ir")))
            folder = folder.Parent;
        Invariant.Check(folder is not null);
        return System.IO.Path.Combine(folder.FullName, "tests", "cases", "ir");
    }
}

using System.Text.RegularExpressions;

namespace Popcorn.Tidy.Tests.Rules;

/// <summary>Which project may reference which (STYLE.md, section 1), and what project files may switch on.</summary>
internal static partial class ProjectRules
{
    /// <summary>Indirect references count: what a project references, its own references must allow, too.</summary>
    private static readonly Dictionary<string, string[]> s_arrows = new()
    {
        ["Core"] = [],
        ["Isa"] = ["Core"],
        ["ObjectFiles"] = ["Core"],
        ["Wire"] = ["Core"],
        ["Linux"] = ["Core"],
        ["Llvm"] = ["Core"],
        ["StateMap"] = ["ObjectFiles", "Isa", "Core"],
        ["Transform"] = ["StateMap", "ObjectFiles", "Isa", "Core"],
        ["Coherence"] = ["Wire", "Core"],
        ["Scheduler"] = ["Isa", "Core"],
        ["Compiler"] = ["Llvm", "ObjectFiles", "StateMap", "Isa", "Core"],
        ["Node"] = ["Linux", "Coherence", "Transform", "Wire", "StateMap", "ObjectFiles", "Isa", "Core"],
        ["Cli"] =
        [
            "Node", "Compiler", "Scheduler", "Transform", "StateMap", "ObjectFiles", "Wire", "Linux", "Llvm", "Isa",
                "Core",
        ],
        ["Agent"] = ["Node", "Core"],
    };

    private static readonly string[] s_unsafeProjects = ["Popcorn.Linux", "Popcorn.Llvm"];

    internal static IEnumerable<Violation> Arrows(SourceTree tree)
    {
        foreach ((SourceFile file, int line, string text) in ProjectLines(tree))
        {
            Match reference = Reference().Match(text);
            if (!reference.Success)
                continue;
            string from = file.Project["Popcorn.".Length..];
            string to = reference.Groups[1].Value;
            if (!s_arrows.TryGetValue(from, out string[]? allowed))
            {
                yield return new Violation(
                    "arrows", file.Path, line, $"a project without a row in the arrow table ({from})",
                    "use ProjectRules to give it one");
            }
            else if (!allowed.Contains(to))
            {
                yield return new Violation(
                    "arrows", file.Path, line, $"a reference from {from} to {to}",
                    allowed.Length == 0 ? "use nothing" : $"use {string.Join(", ", allowed)} only");
            }
        }
    }

    internal static IEnumerable<Violation> UnsafeBlocks(SourceTree tree) =>
        from line in ProjectLines(tree)
        where line.Text.Contains("<AllowUnsafeBlocks>true", StringComparison.Ordinal)
            && !s_unsafeProjects.Contains(line.File.Project)
        select new Violation(
            "unsafe-projects", line.File.Path, line.Line, $"AllowUnsafeBlocks in {line.File.Project}",
            "use a type of Popcorn.Linux or Popcorn.Llvm");

    private static IEnumerable<(SourceFile File, int Line, string Text)> ProjectLines(SourceTree tree) =>
        from file in tree.Files
        where file.Project.Length > 0 && file.Path.EndsWith(".csproj", StringComparison.Ordinal)
        from line in file.Lines.Select((text, index) => (file, index + 1, text))
        select line;

    [GeneratedRegex(@"<ProjectReference Include="".*Popcorn\.(\w+)\.csproj""")]
    private static partial Regex Reference();
}

using System.Text.RegularExpressions;

namespace Popcorn.Tidy.Tests.Rules;

/// <summary>Codes of diagnostics: each is in docs/diagnostics.md, is raised by the sources, and belongs to one
/// project.</summary>
internal static partial class DiagnosticRules
{
    private const string Document = "docs/diagnostics.md";

    internal static IEnumerable<Violation> Codes(SourceTree tree)
    {
        SourceFile? document = tree.Files.FirstOrDefault(file => file.Path == Document);
        HashSet<string> listed = document is null
            ? [] : [.. Row().Matches(document.Text).Select(match => match.Groups[1].Value)];
        Dictionary<string, string> projects = [];
        foreach (SourceFile file in tree.CSharp.Where(file => file.Project.Length > 0))
        {
            foreach ((int number, string text) in BannedApiRules.Numbered(file))
            {
                foreach (Match match in Raised().Matches(text))
                {
                    string code = match.Groups[1].Value;
                    if (!listed.Contains(code))
                        yield return new Violation(
                            "diagnostics", file.Path, number, $"unlisted code {code}", $"use a row in {Document}");
                    if (projects.TryAdd(code, file.Project) || projects[code] == file.Project)
                        continue;
                    yield return new Violation(
                        "diagnostics", file.Path, number, $"code {code}, which {projects[code]} raises too,",
                        "use a free one");
                }
            }
        }
        foreach (string code in listed.Where(code => !projects.ContainsKey(code)))
        {
            int line = document!.Lines.TakeWhile(text => !text.Contains(code, StringComparison.Ordinal)).Count() + 1;
            yield return new Violation(
                "diagnostics", Document, line, $"a row for {code}, which nothing raises,", "use none");
        }
    }

    [GeneratedRegex(@"""(PC\d{4})""")]
    private static partial Regex Raised();

    [GeneratedRegex(@"^\| (PC\d{4}) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}

using System.Text.RegularExpressions;

namespace Popcorn.Tidy.Tests.Rules;

/// <summary>docs/kernel-objects.md names a test for each row, and that test exists.</summary>
internal static partial class KernelObjectRules
{
    private const string Document = "docs/kernel-objects.md";

    internal static IEnumerable<Violation> Tests(SourceTree tree)
    {
        SourceFile? document = tree.Files.FirstOrDefault(file => file.Path == Document);
        string tests = string.Concat(tree.CSharp
            .Where(file => file.Path.StartsWith("tests/", StringComparison.Ordinal)).Select(file => file.Text));
        for (int i = 0; i < (document?.Lines.Count ?? 0); i++)
        {
            string[] cells = document!.Lines[i].Split('|');
            if (cells.Length != 6)
                continue;
            foreach (Match match in Name().Matches(cells[4]))
            {
                string name = match.Groups[1].Value;
                if (!tests.Contains($" {name}(", StringComparison.Ordinal))
                    yield return new Violation(
                        "kernel-objects", Document, i + 1, $"a row for test {name}, which is nowhere,",
                        "use a test that is there");
            }
        }
    }

    [GeneratedRegex("`(\\w+)`")]
    private static partial Regex Name();
}

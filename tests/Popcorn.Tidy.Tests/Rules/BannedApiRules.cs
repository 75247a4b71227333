using System.Text.RegularExpressions;

namespace Popcorn.Tidy.Tests.Rules;

/// <summary>Names that must not occur in some or all projects.</summary>
internal static partial class BannedApiRules
{
    private static readonly string[] s_pureProjects =
        ["Popcorn.Transform", "Popcorn.Coherence", "Popcorn.Scheduler", "Popcorn.Wire", "Popcorn.StateMap"];

    // Signatures only: what makes a call safe is said where it is called.
    private static readonly string[] s_signatureFolders = ["src/Popcorn.Linux/Libc/", "src/Popcorn.Llvm/LlvmC/"];

    internal static IEnumerable<Violation> Purity(SourceTree tree) =>
        from file in tree.CSharp
        where s_pureProjects.Contains(file.Project)
        from line in Numbered(file)
        let match = Impure().Match(WithoutComment(line.Text))
        where match.Success
        select new Violation(
            "purity", file.Path, line.Number, $"{match.Value} in a pure project", "use a parameter: the caller knows");

    internal static IEnumerable<Violation> Interop(SourceTree tree) =>
        from file in tree.CSharp
        from line in Numbered(file)
        where DllImportAttribute().IsMatch(WithoutComment(line.Text))
        select new Violation("interop", file.Path, line.Number, "DllImport", "use LibraryImport");

    internal static IEnumerable<Violation> SkippedTests(SourceTree tree) =>
        from file in tree.CSharp
        where file.Path.StartsWith("tests/", StringComparison.Ordinal)
        from line in Numbered(file)
        let match = SkipOrSleep().Match(WithoutComment(line.Text))
        where match.Success
        select new Violation(
            "waiting", file.Path, line.Number, $"{match.Value} in a test",
            "use an event with a deadline, or fix the test");

    internal static IEnumerable<Violation> Safety(SourceTree tree)
    {
        foreach (SourceFile file in tree.CSharp)
        {
            if (s_signatureFolders.Any(folder => file.Path.StartsWith(folder, StringComparison.Ordinal)))
                continue;
            bool hasComment = file.Text.Contains("// SAFETY:", StringComparison.Ordinal);
            foreach ((int number, string text) in Numbered(file))
            {
                string code = WithoutComment(text);
                bool isBlock = UnsafeBlock().IsMatch(code);
                bool isDeclaration = UnsafeDeclaration().IsMatch(code);
                bool isExplained = isBlock
                    ? file.Lines.Skip(number - 4).Take(3).Any(
                        line => line.Contains("// SAFETY:", StringComparison.Ordinal))
                    : hasComment;
                if ((isBlock || isDeclaration) && !isExplained)
                {
                    yield return new Violation(
                        "safety", file.Path, number, "unsafe without a // SAFETY: comment",
                        "use one that says what makes it true");
                }
            }
        }
    }

    internal static IEnumerable<(int Number, string Text)> Numbered(SourceFile file) =>
        file.Lines.Select((text, index) => (index + 1, text));

    private static string WithoutComment(string line)
    {
        int comment = line.IndexOf("//", StringComparison.Ordinal);
        return comment < 0 ? line : line[..comment];
    }

    [GeneratedRegex(@"\bSystem\.Net\b|\bPopcorn\.(Linux|Llvm)\b|\bnew Thread\b|\bThread\.\w+|\bTask\.(Run|Delay)\b"
        + @"|\bDateTime(Offset)?\.(UtcNow|Now)\b|\bStopwatch\.\w+|\bEnvironment\.TickCount\w*|\bRandom\.Shared\b")]
    private static partial Regex Impure();

    [GeneratedRegex(@"\[\s*DllImport\b")]
    private static partial Regex DllImportAttribute();

    [GeneratedRegex(@"\bThread\.Sleep\b|\bTask\.Delay\b|\bSkip\s*=\s*""")]
    private static partial Regex SkipOrSleep();

    [GeneratedRegex(@"^\s*unsafe\s*\{?\s*$")]
    private static partial Regex UnsafeBlock();

    [GeneratedRegex(@"^\s*((public|internal|private|protected|static|sealed|readonly|partial)\s+)+unsafe\s")]
    private static partial Regex UnsafeDeclaration();
}

using Popcorn.Tidy.Tests.Rules;

namespace Popcorn.Tidy.Tests;

/// <summary>The house rules that a machine can check, over the tracked tree.</summary>
public class TidyTests
{
    private static readonly Func<SourceTree, IEnumerable<Violation>>[] s_rules =
    [
        ProjectRules.Arrows, ProjectRules.UnsafeBlocks, BannedApiRules.Purity, BannedApiRules.Interop,
        BannedApiRules.SkippedTests, BannedApiRules.Safety, SizeRules.Files, SizeRules.Columns, SizeRules.Functions,
        TextRules.OpenWork, TextRules.EmptyTags, TextRules.MachineNames, DiagnosticRules.Codes, KernelObjectRules.Tests,
    ];

    [Fact]
    public void TrackedTree_KeepsTheRules()
    {
        SourceTree tree = SourceTree.Tracked();
        SourceFile list = tree.Files.Single(file => file.Path == "tests/Popcorn.Tidy.Tests/exemptions.txt");
        Exemptions exemptions = Exemptions.Parse(list.Text);

        List<string> failures = [];
        foreach (Func<SourceTree, IEnumerable<Violation>> rule in s_rules)
            failures.AddRange(
                rule(tree).Where(breach => !exemptions.Covers(breach)).Select(breach => breach.ToString()));
        failures.AddRange(exemptions.Unneeded.Select(entry =>
            $"{list.Path}:1: the entry '{entry.Rule} {entry.Path}', that nothing needs, is banned, delete it"));

        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }
}

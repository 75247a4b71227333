using System.Text.RegularExpressions;

namespace Popcorn.Tidy.Tests.Rules;

/// <summary>What comments and tracked text may not contain.</summary>
internal static partial class TextRules
{
    internal static IEnumerable<Violation> OpenWork(SourceTree tree) =>
        from file in tree.Code
        from line in BannedApiRules.Numbered(file)
        let match = WorkMark().Match(line.Text)
        where match.Success
        select new Violation(
            "open-work", file.Path, line.Number, $"{match.Value} without an issue", "use TO" + "DO(#12): what");

    internal static IEnumerable<Violation> EmptyTags(SourceTree tree) =>
        from file in tree.CSharp
        from line in BannedApiRules.Numbered(file)
        let match = EmptyTag().Match(line.Text)
        where match.Success
        select new Violation(
            "empty-docs", file.Path, line.Number, $"an empty {match.Groups[1].Value} tag", "use a fact or no tag");

    /// <summary>What is true on one machine only has no place in a file that others check out.</summary>
    internal static IEnumerable<Violation> MachineNames(SourceTree tree) =>
        from file in tree.Files
        from line in BannedApiRules.Numbered(file)
        let match = MachineName().Match(line.Text)
        where match.Success
        select new Violation(
            "machine-names", file.Path, line.Number, $"'{match.Value}', the name of a machine or its directory,",
            "use a path in the clone, or the tool's own default");

    [GeneratedRegex("\\bTO" + "DO\\b(?!\\(#\\d+\\): )|\\bFIX" + "ME\\b|\\bX" + "XX\\b")]
    private static partial Regex WorkMark();

    [GeneratedRegex(@"<(summary|remarks|returns|param name=""\w*"")>\s*</")]
    private static partial Regex EmptyTag();

    [GeneratedRegex("(?<![\\w./*$~-])/(?:work|home|root|Users)/\\w+"
        + "|\\b[\\w-]+\\.(?:artifactory|jfrog|nexus|internal|corp)\\b"
        + "|\\b(?:registry|proxy|mirror)\\.[\\w-]+\\.\\w+|\\bapi\\.nuget\\.org\\b")]
    private static partial Regex MachineName();
}

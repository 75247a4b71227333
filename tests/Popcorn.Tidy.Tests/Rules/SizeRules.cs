namespace Popcorn.Tidy.Tests.Rules;

/// <summary>Sizes of files, lines and functions (STYLE.md, section 1).</summary>
internal static class SizeRules
{
    internal const int FileLinesMax = 800;
    internal const int LineColumnsMax = 120;
    internal const int FunctionLinesMax = 70;

    internal static IEnumerable<Violation> Files(SourceTree tree) =>
        from file in tree.Code
        where file.Lines.Count > FileLinesMax
        select new Violation(
            "file-lines", file.Path, FileLinesMax, $"a file of {file.Lines.Count} lines",
            $"use at most {FileLinesMax}");

    internal static IEnumerable<Violation> Columns(SourceTree tree) =>
        from file in tree.CSharp
        from line in BannedApiRules.Numbered(file)
        where line.Text.Length > LineColumnsMax
        select new Violation(
            "columns", file.Path, line.Number, $"a line of {line.Text.Length} columns",
            $"use at most {LineColumnsMax} (tools/wrap-lines)");

    internal static IEnumerable<Violation> Functions(SourceTree tree) =>
        from file in tree.CSharp
        from function in FunctionSpans.Of(file)
        where function.LineCount > FunctionLinesMax
        select new Violation(
            "function-lines", file.Path, function.Line, $"a function of {function.LineCount} lines ({function.Name})",
            $"use at most {FunctionLinesMax}");
}

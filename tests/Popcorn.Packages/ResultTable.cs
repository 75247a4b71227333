using System.Globalization;
using System.Text;

namespace Popcorn.Packages;

/// <summary>The table of docs/packages.md, between its two marks.</summary>
internal static class ResultTable
{
    private const string Begin = "<!-- begin results -->\n";
    private const string End = "<!-- end results -->";

    private const string Header =
        "| package | version | suite | tests | passed unmoved | passed in the ring | programs | moves | remarks |\n"
        + "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | --- |\n";

    public static string Format(IEnumerable<PackageResult> results) => Header + string.Concat(results.Select(Line));

    /// <summary>Puts the results into the document's table, in which lines of packages that were not run here
    /// stay.</summary>
    public static void Update(string document, IEnumerable<PackageResult> results)
    {
        string text = File.ReadAllText(document);
        int begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int end = text.IndexOf(End, StringComparison.Ordinal);
        SortedDictionary<string, string> lines = new(StringComparer.Ordinal);
        foreach (string line in text[begin..end].Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(2))
            lines[line.Split('|', 3)[1].Trim()] = line + "\n";
        foreach (PackageResult result in results)
            lines[result.Name] = Line(result);
        File.WriteAllText(document, text[..begin] + Header + string.Concat(lines.Values) + text[end..]);
    }

    private static string Line(PackageResult result)
    {
        string tests = result.Unmoved is null ? "-" : Text(result.Unmoved.Passed + result.Unmoved.Failed);
        StringBuilder line = new();
        line.Append(CultureInfo.InvariantCulture, $"| {result.Name} | {result.Version} | {result.Suite} | {tests} ");
        line.Append(
            CultureInfo.InvariantCulture, $"| {Text(result.Unmoved?.Passed)} | {Text(result.Ring?.Passed)} ");
        line.Append(
            CultureInfo.InvariantCulture, $"| {Text(result.Moves?.Programs)} | {Text(result.Moves?.Moves)} ");
        return line.Append(CultureInfo.InvariantCulture, $"| {Remarks(result)} |\n").ToString();
    }

    private static string Text(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "-";

    private static string Remarks(PackageResult result)
    {
        List<string> remarks = [];
        if (result.BuildError is not null)
            remarks.Add("does not build");
        if (result.Why.Length != 0)
            remarks.Add(result.Why);
        foreach ((string reason, int count) in result.Moves?.Stayed ?? new Dictionary<string, int>())
            remarks.Add(string.Create(CultureInfo.InvariantCulture, $"stayed {count} times: {reason}"));
        return string.Join("; ", remarks).Replace("|", "\\|", StringComparison.Ordinal);
    }
}

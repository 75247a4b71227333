using System.Globalization;
using System.Text;

namespace Popcorn.Packages;

/// <summary>The table of docs/packages.md, between its two marks.</summary>
internal static class ResultTable
{
    private const string Begin = "<!-- begin results -->\n";
    private const string End = "<!-- end results -->";

    public static string Format(IEnumerable<PackageResult> results)
    {
        StringBuilder table = new();
        table.Append("| package | version | suite | tests | passed unmoved | passed in the ring ");
        table.Append("| programs | moves | remarks |\n");
        table.Append("| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | --- |\n");
        foreach (PackageResult result in results)
        {
            string tests = result.Unmoved is null ? "-" : Text(result.Unmoved.Passed + result.Unmoved.Failed);
            table.Append(
                CultureInfo.InvariantCulture, $"| {result.Name} | {result.Version} | {result.Suite} | {tests} ");
            table.Append(
                CultureInfo.InvariantCulture, $"| {Text(result.Unmoved?.Passed)} | {Text(result.Ring?.Passed)} ");
            table.Append(
                CultureInfo.InvariantCulture, $"| {Text(result.Moves?.Programs)} | {Text(result.Moves?.Moves)} ");
            table.Append(CultureInfo.InvariantCulture, $"| {Remarks(result)} |\n");
        }
        return table.ToString();
    }

    public static void Replace(string document, string table)
    {
        string text = File.ReadAllText(document);
        int begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int end = text.IndexOf(End, StringComparison.Ordinal);
        File.WriteAllText(document, text[..begin] + table + text[end..]);
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

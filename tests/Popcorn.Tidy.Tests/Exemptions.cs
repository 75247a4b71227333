namespace Popcorn.Tidy.Tests;

/// <summary>
/// exemptions.txt: breaches we live with, a line each: rule, path (a file, or a folder that ends with a slash), reason.
/// The list may only shrink: an entry that nothing needs any more fails the test.
/// </summary>
internal sealed class Exemptions
{
    private readonly List<(string Rule, string Path)> _entries = [];
    private readonly HashSet<(string Rule, string Path)> _needed = [];

    private Exemptions(string text)
    {
        foreach (string line in text.Split('\n'))
        {
            string[] columns = line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length == 0 || line.StartsWith('#'))
                continue;
            Assert.True(columns.Length == 3, $"exemptions.txt: '{line}' has no reason");
            _entries.Add((columns[0], columns[1]));
        }
    }

    public static Exemptions Parse(string text) => new(text);

    public IEnumerable<(string Rule, string Path)> Unneeded => _entries.Where(entry => !_needed.Contains(entry));

    public bool Covers(Violation violation)
    {
        bool isCovered = false;
        foreach ((string Rule, string Path) entry in _entries)
        {
            bool matches = entry.Rule == violation.Rule && (entry.Path.EndsWith('/')
                ? violation.Path.StartsWith(entry.Path, StringComparison.Ordinal)
                : violation.Path == entry.Path);
            if (matches)
                _needed.Add(entry);
            isCovered |= matches;
        }
        return isCovered;
    }
}

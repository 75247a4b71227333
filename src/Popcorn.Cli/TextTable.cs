namespace Popcorn.Cli;

/// <summary>Columns of text, each as wide as its widest cell; the last one is left ragged.</summary>
internal sealed class TextTable(params string[] headings)
{
    private readonly List<string[]> _rows = [headings];

    public void Add(params string[] cells) => _rows.Add(cells);

    public void Write(TextWriter output, string indent = "")
    {
        int[] widths = [.. Enumerable.Range(0, headings.Length).Select(c => _rows.Max(r => r[c].Length))];
        foreach (string[] row in _rows)
        {
            IEnumerable<string> cells =
                row.Select((cell, column) => column < row.Length - 1 ? cell.PadRight(widths[column]) : cell);
            output.WriteLine(indent + string.Join("  ", cells).TrimEnd());
        }
    }
}

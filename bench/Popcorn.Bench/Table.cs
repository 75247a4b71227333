namespace Popcorn.Bench;

/// <summary>A titled table of text cells, printed as Markdown so that it can be pasted into a document.</summary>
internal sealed class Table(string title, params string[] columns)
{
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    public void Print()
    {
        int[] widths = [.. columns.Select((c, i) => Math.Max(c.Length, _rows.Select(r => r[i].Length).DefaultIfEmpty().Max()))];
        Console.WriteLine();
        Console.WriteLine($"## {title}");
        Console.WriteLine();
        PrintRow(columns, widths);
        PrintRow([.. widths.Select(w => new string('-', w))], widths);
        foreach (string[] row in _rows)
            PrintRow(row, widths);
    }

    private static void PrintRow(string[] cells, int[] widths) =>
        Console.WriteLine("| " + string.Join(" | ", cells.Select((c, i) => c.PadRight(widths[i]))) + " |");
}

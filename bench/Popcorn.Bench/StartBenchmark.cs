namespace Popcorn.Bench;

/// <summary>What a user waits for before anything happens: the command itself.</summary>
internal static class StartBenchmark
{
    public static Table Run(bool smoke)
    {
        Table table = new("Start of the command line", "command", "median ms", "limit ms");
        foreach (string[] arguments in (string[][])[["--version"], ["ps"], ["cc", "--version"]])
        {
            double median = Shell.Median(Enumerable.Range(0, smoke ? 3 : 21).Select(_ => Shell.Run(Shell.Popcorn, arguments).Milliseconds));
            table.Add("popcorn " + string.Join(' ', arguments), $"{median:f1}", "60");
        }
        return table;
    }
}

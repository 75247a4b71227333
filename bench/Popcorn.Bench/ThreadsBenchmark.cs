using System.Text.Json;

namespace Popcorn.Bench;

/// <summary>
/// What threads cost at a move: the time until all of them are parked, and what each adds to the time the program
/// stands still.
/// </summary>
internal static class ThreadsBenchmark
{
    public static Table Run(bool smoke)
    {
        string program = Path.Combine(Shell.Scratch, "threads");
        string source = Path.Combine(Shell.Root, "bench", "threads", "threads.c");
        Shell.Run(Shell.Popcorn, ["cc", "-O2", source, "-o", program]);
        int moves = smoke ? 3 : 15;
        Table table = new($"Threads, x86_64 to x86_64, median of {moves}",
            "threads", "they", "parked ms", "transform ms", "restore ms", "downtime ms", "us a thread", "limits");
        foreach (string kind in (string[])["waiting", "running", "mixed"])
        {
            double alone = 0;
            foreach (int count in smoke ? (int[])[1, 64] : [1, 8, 64, 100, 500])
            {
                List<JsonElement> reports = MigrateBenchmark.Reports([program, $"{count}", kind], moves);
                double downtime = MigrateBenchmark.Median(reports, "downtimeMs");
                double parked = MigrateBenchmark.Median(reports, "parkMs");
                if (count == 1)
                    alone = downtime + parked;
                string each = count == 1 ? "" : $"{(downtime + parked - alone) * 1000 / (count - 1):f1}";
                table.Add($"{count}", kind, $"{parked:f2}", $"{MigrateBenchmark.Median(reports, "transformMs"):f2}",
                    $"{MigrateBenchmark.Median(reports, "restoreMs"):f2}", $"{downtime:f2}", each,
                    count == 64 ? "parked 5, 50 us a thread" : "");
            }
        }
        return table;
    }
}

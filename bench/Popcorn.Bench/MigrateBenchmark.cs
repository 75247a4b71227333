using System.Diagnostics;
using System.Text.Json;
using Popcorn.Core;

namespace Popcorn.Bench;

/// <summary>
/// How long a program stands still: a Lua process with 20 MB of live heap moved x86_64 to x86_64 many times by one warm
/// agent, and a CPU-bound loop for the time from request to parked.
/// </summary>
internal static class MigrateBenchmark
{
    private const int HeapMegabytes = 20;

    public static Table Run(bool smoke)
    {
        string lua = LuaBuild.Build("lua-movable", [Shell.Popcorn, "cc"], []).Executable;
        string loop = Path.Combine(Shell.Scratch, "loop");
        File.WriteAllText(loop + ".c", """
            #include <stdio.h>
            unsigned state = 1;
            int main(void)
            {
                fputs("ready\n", stderr);
                for (;;)
                    state = state * 1664525u + 1013904223u ^ state >> 7;
            }
            """);
        Shell.Run(Shell.Popcorn, ["cc", "-O2", loop + ".c", "-o", loop]);
        int moves = smoke ? 3 : 20;
        Table table = new($"Moving x86_64 to x86_64, warm agent, median of {moves}",
            "program", "MB moved", "frames", "parked ms", "capture ms", "transform ms", "transfer ms", "downtime ms", "limits");
        Measure(table, $"Lua, {HeapMegabytes} MB live heap", [lua, LuaBuild.Script("heap"), $"{HeapMegabytes}"], moves,
            "downtime 30, transform 0.3");
        Measure(table, "CPU-bound loop", [loop], moves, "parked 1");
        return table;
    }

    private static void Measure(Table table, string name, string[] program, int moves, string limits)
    {
        List<JsonElement> reports = Reports(program, moves);
        table.Add(name, $"{Median(reports, "memoryBytes") / 1e6:f1}", $"{Median(reports, "frames"):f0}",
            $"{Median(reports, "parkMs"):f2}", $"{Median(reports, "captureMs"):f2}", $"{Median(reports, "transformMs"):f3}",
            $"{Median(reports, "transferMs"):f2}", $"{Median(reports, "downtimeMs"):f2}", limits);
    }

    /// <summary>Of so many moves of a program, once it has said "ready" on its standard error, behind one that warms
    /// up.</summary>
    public static List<JsonElement> Reports(string[] program, int moves)
    {
        ProcessStartInfo start = new(Shell.Popcorn, ["run", "--", .. program]) { RedirectStandardError = true };
        using Process process = Process.Start(start) ?? throw new PopcornException("cannot start popcorn run");
        try
        {
            string? first = process.StandardError.ReadLine();
            if (first != "ready")
                throw new PopcornException($"the program said '{first}', not 'ready'");
            string pid = FindPid(process.Id);
            List<JsonElement> reports = [];
            Move(pid);
            for (int i = 0; i < moves; i++)
                reports.Add(Move(pid));
            return reports;
        }
        finally
        {
            Process.Start("kill", ["-KILL", .. Descendants(process.Id), $"{process.Id}"]).WaitForExit();
            process.WaitForExit();
        }
    }

    private static JsonElement Move(string pid) =>
        JsonDocument.Parse(Shell.Run(Shell.Popcorn, ["migrate", pid, "--to", "x86_64", "--json"]).Output).RootElement;

    public static double Median(List<JsonElement> reports, string field) =>
        Shell.Median(reports.Select(r => r.GetProperty(field).GetDouble()));

    internal static string FindPid(int supervisor)
    {
        JsonElement list = JsonDocument.Parse(Shell.Run(Shell.Popcorn, ["ps", "--json"]).Output).RootElement;
        foreach (JsonElement process in list.EnumerateArray())
        {
            if (process.GetProperty("supervisorPid").GetInt32() == supervisor)
                return process.GetProperty("pid").GetInt32().ToString();
        }
        throw new PopcornException($"popcorn ps does not list the program of supervisor {supervisor}");
    }

    internal static string[] Descendants(int pid) =>
        File.ReadAllText($"/proc/{pid}/task/{pid}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

using System.Diagnostics;
using System.Globalization;
using Popcorn.Core;

namespace Popcorn.Bench;

/// <summary>
/// Saving a program, ending it and restoring it, on the same instruction set, against CRIU: the same executable, the same
/// memory, interleaved. Downtime is what the program itself sees: the longest time between two looks at the clock. One
/// program changes all of its memory again and again, the other a twentieth.
/// </summary>
internal static class CriuBenchmark
{
    private const int SettleMs = 100;
    private const int LargeMegabytes = 1000;

    private const string Source = """
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <time.h>

        /* Ordinary data: pointers, counters, a number, text, and a quarter of it as random as a hash. */
        struct row { struct row *next, *previous; long id; double value; char text[16]; unsigned long hash[2]; };

        static double now(void)
        {
            struct timespec t;
            clock_gettime(CLOCK_REALTIME, &t);
            return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
        }

        int main(int argc, char **argv)
        {
            long rows = argc < 2 ? 0 : atol(argv[1]) * 1000000 / (long)(sizeof(struct row) + 16);
            long changing = argc < 3 ? rows : rows * atol(argv[2]) / 100, seen = 0;
            struct row *first = 0;
            unsigned long state = 88172645463325252ul;
            for (long i = 0; i < rows; i++) {
                struct row *row = malloc(sizeof *row);
                *row = (struct row){ first, 0, i, i * 0.5, "", { 0, 0 } };
                snprintf(row->text, sizeof row->text, "row %ld", i % 1000);
                for (int j = 0; j < 2; j++) {
                    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
                    row->hash[j] = state;
                }
                if (first) first->previous = row;
                first = row;
            }
            puts("ready");
            fflush(stdout);
            double last = now();
            for (struct row *row = first;; row = row && row->next && ++seen < changing ? row->next : first) {
                if (row == first) seen = 0;
                if (row) row->value += 1;
                double t = now();
                if (t - last > 5) {
                    printf("%.3f\n", t - last);
                    fflush(stdout);
                }
                last = t;
            }
        }
        """;

    public static Table Run(bool smoke)
    {
        string criu = Shell.Run(Path.Combine(Shell.Root, "bench", "build-criu"), []).Output.Trim();
        string program = Path.Combine(Shell.Scratch, "rows");
        File.WriteAllText(program + ".c", Source);
        Shell.Run(Shell.Popcorn, ["cc", "-O2", program + ".c", "-o", program]);
        // The largest takes seconds, of which noise is a small part.
        int rounds = smoke ? 1 : 5;
        Table table = new($"Checkpoint, end and restore on {ThisIsa}, median of {rounds}, interleaved",
            "memory MB", "changing", "CRIU ms", "popcorn ms", "ratio (limit 0.5)", "CRIU MB", "popcorn MB", "ratio (limit 0.7)");
        int[] sizes = smoke ? [3, 20] : [3, 20, 75, 126, 1000];
        foreach ((int percent, int megabytes) in ((int[])[100, 5]).SelectMany(p => sizes.Select(m => (p, m))))
        {
            List<(double Ms, double Megabytes)> theirs = [];
            List<(double Ms, double Megabytes)> ours = [];
            for (int i = 0; i < (megabytes < LargeMegabytes ? rounds : (rounds + 1) / 2); i++)
            {
                theirs.Add(WithCriu(criu, [program, $"{megabytes}", $"{percent}"]));
                ours.Add(WithPopcorn([program, $"{megabytes}", $"{percent}"]));
            }
            double theirMs = Shell.Median(theirs.Select(t => t.Ms));
            double ourMs = Shell.Median(ours.Select(t => t.Ms));
            double theirSize = Shell.Median(theirs.Select(t => t.Megabytes));
            double ourSize = Shell.Median(ours.Select(t => t.Megabytes));
            table.Add($"{megabytes}", $"{percent} %", $"{theirMs:f1}", $"{ourMs:f1}", $"{ourMs / theirMs:f2}",
                $"{theirSize:f1}", $"{ourSize:f1}", $"{ourSize / theirSize:f2}");
        }
        return table;
    }

    private static string ThisIsa => System.Runtime.InteropServices.RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant();

    private static (double Ms, double Megabytes) WithCriu(string criu, string[] command)
    {
        string folder = Empty("criu-images");
        string output = Path.Combine(Shell.Scratch, "rows.out");
        using Process process = Start(output, ["setsid", .. command]);
        WaitForLine(output, process);
        string pid = $"{process.Id}";
        Shell.Run(criu, ["dump", "-t", pid, "-D", folder, "-v0", "--timeout", "120"]);
        process.WaitForExit();
        int lines = Lines(output).Length;
        Shell.Run(criu, ["restore", "-D", folder, "-v0", "-d"]);
        double downtime = WaitForGap(output, lines);
        Kill(pid);
        double bytes = Directory.GetFiles(folder).Sum(f => (double)new FileInfo(f).Length);
        return (downtime, bytes / 1e6);
    }

    private static (double Ms, double Megabytes) WithPopcorn(string[] command)
    {
        string image = Path.Combine(Empty("popcorn-images"), "image");
        string output = Path.Combine(Shell.Scratch, "rows.out");
        using Process process = Start(output, [Shell.Popcorn, "run", "--", .. command]);
        WaitForLine(output, process);
        string pid = MigrateBenchmark.FindPid(process.Id);
        // CRIU does not wait for the disk either.
        Shell.Run(Shell.Popcorn, ["checkpoint", pid, "-o", image, "--stop", "--no-sync"]);
        int lines = Lines(output).Length;
        using Process restored = Start("/dev/null", Shell.Popcorn, "restore", image);
        double downtime = WaitForGap(output, lines);
        Kill([.. MigrateBenchmark.Descendants(restored.Id), $"{restored.Id}"]);
        restored.WaitForExit();
        return (downtime, new FileInfo(image).Length / 1e6);
    }

    private static Process Start(string output, params string[] command)
    {
        // A shell's redirections, since a program whose output is a pipe to us cannot be saved without us.
        return Process.Start("/bin/sh", ["-c", "out=$1; shift; exec \"$@\" </dev/null >>\"$out\" 2>&1", "sh", output, .. command])
            ?? throw new PopcornException($"cannot start {command[0]}");
    }

    private static string Empty(string name)
    {
        string folder = Path.Combine(Shell.Scratch, name);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        File.Delete(Path.Combine(Shell.Scratch, "rows.out"));
        return Directory.CreateDirectory(folder).FullName;
    }

    private static void WaitForLine(string output, Process process) =>
        _ = WaitFor(output, process, lines => lines.Contains("ready") ? 0 : null);

    /// <summary>
    /// The longest time the restored program says it has not seen the clock. It may first finish a line about an earlier,
    /// shorter one.
    /// </summary>
    private static double WaitForGap(string output, int linesBefore)
    {
        _ = WaitFor(output, null, lines => lines.Length > linesBefore ? 0 : null);
        Thread.Sleep(SettleMs);
        return Lines(output).Skip(linesBefore).Max(l => double.Parse(l, CultureInfo.InvariantCulture));
    }

    private static double WaitFor(string output, Process? process, Func<string[], double?> find)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromMinutes(3))
        {
            if (process is { HasExited: true })
                break;
            if (File.Exists(output) && find(Lines(output)) is double found)
                return found;
            Thread.Sleep(2);
        }
        throw new PopcornException("the program to be saved did not say what was expected");
    }

    private static string[] Lines(string output)
    {
        using FileStream stream = new(output, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        string text = new StreamReader(stream).ReadToEnd();
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static void Kill(params string[] pids) => Process.Start("kill", ["-KILL", .. pids]).WaitForExit();
}

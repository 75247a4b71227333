namespace Popcorn.Bench;

/// <summary>
/// What a program pays while nobody moves it: Lua scripts on x86-64, against the same IR without points and sites, and
/// against plain clang -O2 with the machine's own libc. Rounds are interleaved, since these machines are noisy.
/// </summary>
internal static class CostBenchmark
{
    private static readonly (string Script, string Argument)[] Workloads =
        [("fib", "33"), ("sort", "600000"), ("strings", "250000"), ("gc", "20")];

    public static Table Run(bool smoke)
    {
        string movable = LuaBuild.Build("lua-movable", [Shell.Popcorn, "cc"], []).Executable;
        string plainIR = LuaBuild.Build("lua-plain-ir", [Shell.Popcorn, "cc"], ["-fpopcorn-no-points", "-fpopcorn-no-sites"]).Executable;
        string clang = LuaBuild.Build("lua-clang", ["clang-19"], []).Executable;
        int rounds = smoke ? 2 : 11;
        Table table = new(
            $"Cost while not migrating (x86-64, Lua 5.4; best of {rounds} interleaved rounds)",
            "script", "ms", "vs same IR without points and sites", "vs clang -O2 with glibc");
        foreach ((string script, string argument) in Workloads)
        {
            string[] arguments = [LuaBuild.Script(script), smoke ? "12" : argument];
            double[] best = [double.MaxValue, double.MaxValue, double.MaxValue];
            for (int round = 0; round < rounds; round++)
            {
                foreach ((string executable, int index) in new[] { movable, plainIR, clang }.Select((e, i) => (e, i)))
                    best[index] = Math.Min(best[index], Shell.Run(executable, arguments).Milliseconds);
            }
            table.Add(script, $"{best[0]:f0}", $"{Percent(best[0], best[1])}", $"{Percent(best[0], best[2])}");
        }
        return table;
    }

    private static string Percent(double ours, double theirs) => $"{(ours / theirs - 1) * 100:+0.0;-0.0} %";
}

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
        int rounds = smoke ? 2 : 21;
        Table table = new(
            $"Cost while not migrating (x86-64, Lua 5.4; medians of {rounds} interleaved rounds)",
            "script", "ms", "vs same IR without points and sites", "vs clang -O2 with glibc");
        string[] executables = [movable, plainIR, clang];
        foreach ((string script, string argument) in Workloads)
        {
            string[] arguments = [LuaBuild.Script(script), smoke ? "12" : argument];
            double[][] times = [new double[rounds], new double[rounds], new double[rounds]];
            for (int round = 0; round < rounds; round++)
            {
                // The order rotates: who runs behind whom must not decide.
                for (int turn = 0; turn < executables.Length; turn++)
                {
                    int which = (round + turn) % executables.Length;
                    times[which][round] = Shell.Run(executables[which], arguments).Milliseconds;
                }
            }
            table.Add(
                script,
                $"{Shell.Median(times[0]):f0}",
                MedianRatio(times[0], times[1]),
                MedianRatio(times[0], times[2]));
        }
        return table;
    }

    /// <summary>The median over the rounds of the ratio within one round, which load that lasts does not shift.</summary>
    private static string MedianRatio(double[] ours, double[] theirs) =>
        $"{(Shell.Median(ours.Zip(theirs, (a, b) => a / b)) - 1) * 100:+0.0;-0.0;+0.0} %";
}

using Popcorn.Core;

namespace Popcorn.Bench;

/// <summary>
/// What programs pay for being movable while nobody moves them: each built by <c>popcorn cc</c>, by the same pipeline without
/// points and sites, and by plain clang with Debian's musl. Once by the clock, once by counting instructions under
/// valgrind, which knows no noise but no caches and no pipelines either.
/// </summary>
internal static class SuiteBenchmark
{
    private static string[] Columns(string amount) =>
        ["program", amount, "vs same IR without points and sites", "vs clang -O2 with musl"];

    /// <summary>In the order of the columns; the first is what the others are held against.</summary>
    private static readonly (string Name, string[] Compiler)[] Variants =
    [
        ("movable", [Shell.Popcorn, "cc"]),
        ("plain-ir", [Shell.Popcorn, "cc", "-fpopcorn-no-points", "-fpopcorn-no-sites"]),
        ("clang", [Path.Combine(Shell.Root, "bench", "musl-clang")]),
    ];

    public static IEnumerable<Table> Run(bool smoke, IReadOnlyList<string> only)
    {
        List<SuiteProgram> programs =
            [.. SuiteProgram.All.Where(p => only.Count == 0 || only.Any(o => p.Name.Contains(o, StringComparison.OrdinalIgnoreCase)))];
        Dictionary<string, string[]> executables = [];
        foreach (SuiteProgram program in programs.Where(p => !executables.ContainsKey(p.Executable)))
            executables[program.Executable] = Build(program);
        yield return Counts(programs, executables);
        yield return Times(programs, executables, smoke);
    }

    private static string[] Build(SuiteProgram program)
    {
        Console.Error.WriteLine($"bench: building {program.Executable}");
        return [.. Variants.Select(v => SourceBuild.Build(
            $"suite/{program.Executable}-{v.Name}", program.Executable, v.Compiler, program.Sources(), program.Flags()).Executable)];
    }

    private static Table Times(List<SuiteProgram> programs, Dictionary<string, string[]> executables, bool smoke)
    {
        int rounds = smoke ? 1 : 15;
        Table table = new($"Suite, time (x86-64; medians of the ratios of {rounds} interleaved rounds)", Columns("ms"));
        List<double[]> ratios = [];
        foreach (SuiteProgram program in programs)
        {
            string[] variants = executables[program.Executable];
            double[][] times = [.. variants.Select(_ => new double[rounds])];
            string[] outputs = new string[variants.Length];
            for (int round = 0; round < rounds; round++)
            {
                // The order rotates: who runs behind whom must not decide.
                for (int turn = 0; turn < variants.Length; turn++)
                {
                    int which = (round + turn) % variants.Length;
                    (outputs[which], times[which][round]) =
                        Shell.Run(variants[which], smoke ? program.SmallArguments : program.Arguments);
                }
            }
            // A wrong answer is quick to compute. SQLite's test prints its own times.
            if (program.Executable != "sqlite" && outputs.Distinct().Count() != 1)
                throw new PopcornException($"the builds of {program.Name} print different results:\n{string.Join('\n', outputs)}");
            double[] row = [.. Enumerable.Range(1, variants.Length - 1)
                .Select(v => Shell.Median(times[0].Zip(times[v], (ours, theirs) => ours / theirs)))];
            Add(table, program.Name, Shell.Median(times[0]), row);
            ratios.Add(row);
        }
        Summarise(table, programs, ratios);
        return table;
    }

    private static Table Counts(List<SuiteProgram> programs, Dictionary<string, string[]> executables)
    {
        Table table = new("Suite, instructions (x86-64, valgrind, small inputs)", Columns("millions"));
        double[][][] counts = new double[programs.Count][][];
        Parallel.For(0, programs.Count, new ParallelOptions { MaxDegreeOfParallelism = 2 }, p => counts[p] =
            [.. executables[programs[p].Executable].Select(e => new[] { InstructionCount.Of(e, programs[p].SmallArguments) })]);
        List<double[]> ratios = [];
        for (int p = 0; p < programs.Count; p++)
        {
            double[] row = [.. counts[p].Skip(1).Select(c => counts[p][0][0] / c[0])];
            Add(table, programs[p].Name, counts[p][0][0] / 1e6, row);
            ratios.Add(row);
        }
        Summarise(table, programs, ratios);
        return table;
    }

    private static void Add(Table table, string name, double amount, double[] ratios) =>
        table.Add([name, $"{amount:f0}", .. ratios.Select(Percent)]);

    private static void Summarise(Table table, List<SuiteProgram> programs, List<double[]> ratios)
    {
        int columns = Variants.Length - 1;
        double[] means = [.. Enumerable.Range(0, columns).Select(c => Math.Exp(ratios.Average(r => Math.Log(r[c]))))];
        table.Add(["geometric mean", "", .. means.Select(Percent)]);
        string[] worst = new string[columns];
        for (int c = 0; c < columns; c++)
        {
            int most = Enumerable.Range(0, ratios.Count).MaxBy(p => ratios[p][c]);
            worst[c] = $"{Percent(ratios[most][c])} ({programs[most].Name})";
        }
        table.Add(["worst", "", .. worst]);
    }

    private static string Percent(double ratio) => $"{(ratio - 1) * 100:+0.0;-0.0;+0.0} %";
}

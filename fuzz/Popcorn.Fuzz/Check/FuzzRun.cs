using System.Diagnostics;

namespace Popcorn.Fuzz;

/// <summary>
/// One program after the other: generated, built at random flags, run unmoved and at random moves, compared. Number N
/// of seed S is the same program and recipe whenever it is made.
/// </summary>
internal sealed class FuzzRun(FuzzOptions options, TextWriter output)
{
    private readonly Dictionary<VerdictKind, int> _counts = [];
    private readonly Lock _lock = new();

    /// <returns>Whether nothing failed.</returns>
    internal bool Run()
    {
        long began = Stopwatch.GetTimestamp();
        int next = -1;
        Parallel.For(0, options.Jobs, new ParallelOptions { MaxDegreeOfParallelism = options.Jobs }, _ =>
        {
            int number = Interlocked.Increment(ref next);
            while (number < options.Count && Stopwatch.GetElapsedTime(began).TotalMinutes < options.Minutes)
            {
                One(number);
                number = Interlocked.Increment(ref next);
            }
        });
        output.WriteLine($"seed {options.Seed}: {_counts.Values.Sum()} programs: "
            + string.Join(", ", _counts.OrderBy(c => c.Key).Select(c => $"{c.Value} {c.Key}")));
        return _counts.GetValueOrDefault(VerdictKind.Same) > 0
            && !_counts.Keys.Any(kind => new Verdict(kind).IsFailure);
    }

    private void One(int number)
    {
        ulong seed = (options.Seed * 1_000_003) + (ulong)number;
        Dice dice = new(seed);
        bool own = options.Source == "own" || (options.Source == "both" && dice.Chance(70));
        string scratch = Tool.Scratch($"{options.Seed}-{number}");
        string source = Path.Combine(scratch, own ? $"own{seed}.c" : $"csmith{seed}.c");
        File.WriteAllText(source, own ? ProgramGenerator.Generate(seed) : CsmithProgram.Generate(dice));
        Recipe recipe = Recipe.Random(dice);
        Verdict verdict = new CaseChecker(scratch).Check(source, recipe);
        lock (_lock)
            _counts[verdict.Kind] = _counts.GetValueOrDefault(verdict.Kind) + 1;
        if (verdict.IsFailure)
            Report(source, recipe, verdict);
        else
            Directory.Delete(scratch, recursive: true);
    }

    private void Report(string source, Recipe recipe, Verdict verdict)
    {
        lock (_lock)
        {
            output.WriteLine($"{verdict.Kind}: {verdict.Detail.Trim()}");
            output.WriteLine($"  fuzz/run check {Relative(source)} --recipe '{recipe}'");
            output.Flush();
        }
        if (options.Reduce && Reducer.Reduce(source, recipe, verdict.Kind) is string small)
        {
            lock (_lock)
                output.WriteLine($"  reduced: fuzz/run check {Relative(small)} --recipe '{recipe}'");
        }
    }

    private static string Relative(string path) => Path.GetRelativePath(Tool.Root, path);
}

using System.Collections.Concurrent;
using Popcorn.Core;

namespace Popcorn.Fuzz;

/// <summary>
/// gcc.c-torture/execute of Debian's gcc-12 source package through <c>popcorn cc</c>: each program is run unmoved and
/// moved around the ring. What fails is compiled by clang for this machine, too: the suite tests gcc, and holds
/// programs that use extensions clang refuses, or that count on what the language leaves undefined.
/// </summary>
internal sealed class TortureRun(TextWriter output)
{
    private const string Suite = "gcc.c-torture/execute";
    private const string Tarball = "gcc-12.2.0-dfsg.tar.xz";

    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan _runLimit = TimeSpan.FromSeconds(20);

    // What gcc 12 takes with a warning: the suite is full of C from before 1999.
    private static readonly string[] _lenient =
    [
        "-w", "-Wno-implicit-function-declaration", "-Wno-implicit-int", "-Wno-int-conversion", "-Wno-return-type",
        "-Wno-incompatible-function-pointer-types", "-Wno-return-mismatch",
    ];

    private readonly string _scratch = Tool.Scratch("torture");

    internal static ExitCode Run(IReadOnlyList<string> arguments, TextWriter output)
    {
        List<string> levels = [.. arguments.Where(a => a.StartsWith("-O", StringComparison.Ordinal))];
        int match = arguments.ToList().IndexOf("--match");
        string text = match >= 0 && match + 1 < arguments.Count ? arguments[match + 1] : "";
        if (levels.Count == 0)
            levels = ["-O0", "-O2"];
        return new TortureRun(output).Run(levels, text) ? ExitCode.Ok : ExitCode.Failed;
    }

    private bool Run(List<string> levels, string match)
    {
        TortureCase[] cases = [.. Directory.EnumerateFiles(Unpack(), "*.c")
            .Where(f => f.Contains(match, StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            .Select(TortureCase.Read)];
        ConcurrentBag<TortureResult> results = [];
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.ForEach(levels.SelectMany(level => cases.Select(c => (c, level))), parallel, work =>
        {
            TortureResult result = One(work.c, work.level);
            results.Add(result);
            if (result.Outcome > TortureOutcome.NotForClang)
                output.WriteLine($"{result.Outcome} {result.Name} {result.Level}: {result.Reason}");
        });
        Print(levels, results);
        return results.All(r => r.Outcome <= TortureOutcome.NotForClang);
    }

    private static string Unpack()
    {
        string source = Path.Combine(Tool.Root, "build", "sources", "gcc-12"), suite = Path.Combine(source, Suite);
        if (!Directory.Exists(suite))
        {
            Outcome unpacked = Tool.Run(
                "tar", ["-xf", Tarball, "--strip-components=3", "--wildcards", $"*/gcc/testsuite/{Suite}/*"],
                TimeSpan.FromMinutes(5), source);
            if (!unpacked.Succeeded)
                throw new PopcornException($"cannot unpack {Tarball}: {unpacked.Errors}");
        }
        return suite;
    }

    private TortureResult One(TortureCase test, string level)
    {
        string program = Path.Combine(_scratch, test.Name + level);
        try
        {
            Outcome built = Tool.Run(
                Tool.Popcorn, ["cc", level, .. _lenient, .. test.Flags, test.Path, "-o", program, "-lm"], _limit);
            if (!built.Succeeded)
                return Failed(test, level, TortureOutcome.NotBuilt, FirstError(built.Errors), program);
            Outcome unmoved = Tool.Run(program, [], _runLimit);
            if (!unmoved.Succeeded)
                return Failed(test, level, TortureOutcome.FailedUnmoved, End(unmoved), program);
            Outcome moved = Tool.Run(
                Tool.Popcorn,
                ["run", "--migrate-every", "7", "--migrations-max", "12", "--ring", "aarch64,riscv64,x86_64",
                    "--", program],
                _limit);
            return moved.SameAs(unmoved) ? new TortureResult(test.Name, level, TortureOutcome.Passed)
                : new TortureResult(test.Name, level, TortureOutcome.FailedMoved, End(moved) + moved.Errors);
        }
        finally
        {
            File.Delete(program);
            if (Directory.Exists(program + ".popcorn"))
                Directory.Delete(program + ".popcorn", recursive: true);
        }
    }

    /// <summary>Not popcorn's failure when clang alone fails as well.</summary>
    private static TortureResult Failed(
        TortureCase test, string level, TortureOutcome outcome, string reason, string program)
    {
        string alone = program + ".clang";
        Outcome built = Tool.Run(
            "clang-19", [level, .. _lenient, .. test.Flags, test.Path, "-o", alone, "-lm"], _limit);
        bool clang = built.Succeeded && Tool.Run(alone, [], _runLimit).Succeeded;
        File.Delete(alone);
        return new TortureResult(test.Name, level, clang ? outcome : TortureOutcome.NotForClang, reason);
    }

    private static string End(Outcome run) =>
        run.ExitCode is int code ? $"exit code {code} " : "did not end in time ";

    private static string FirstError(string errors) =>
        errors.Split('\n').FirstOrDefault(l => l.Contains("error", StringComparison.Ordinal)) ?? errors.Trim();

    private void Print(List<string> levels, IReadOnlyCollection<TortureResult> results)
    {
        output.WriteLine();
        output.WriteLine(
            "| gcc 12.2 c-torture/execute | programs | not for clang | built | passed unmoved | passed in the ring |");
        output.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (string level in levels)
        {
            TortureOutcome[] of = [.. results.Where(r => r.Level == level).Select(r => r.Outcome)];
            int Better(TortureOutcome worst) => of.Count(o => o == TortureOutcome.Passed || o > worst);
            output.WriteLine($"| `{level}` | {of.Length} | {of.Count(o => o == TortureOutcome.NotForClang)} "
                + $"| {Better(TortureOutcome.NotBuilt)} | {Better(TortureOutcome.FailedUnmoved)} "
                + $"| {of.Count(o => o == TortureOutcome.Passed)} |");
        }
    }
}

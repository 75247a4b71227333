using Popcorn.Core;

namespace Popcorn.Fuzz;

/// <summary>The verbs of <c>fuzz/run</c>.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        try
        {
            return (int)(arguments switch
            {
                ["generate", string seed] => Generate(ulong.Parse(seed)),
                ["check", string file, "--recipe", string recipe] => Check(file, Recipe.Parse(recipe), like: null),
                ["check", string file, "--recipe", string recipe, "--like", string kind] =>
                    Check(file, Recipe.Parse(recipe), Enum.Parse<VerdictKind>(kind)),
                ["torture", .. string[] rest] => TortureRun.Run(rest, Console.Out),
                _ => new FuzzRun(FuzzOptions.Parse(arguments), Console.Out).Run() ? ExitCode.Ok : ExitCode.Failed,
            });
        }
        catch (PopcornException failure)
        {
            Console.Error.WriteLine($"fuzz: {failure.Message}");
            return (int)ExitCode.Usage;
        }
    }

    private static ExitCode Generate(ulong seed)
    {
        Console.Write(ProgramGenerator.Generate(seed));
        return ExitCode.Ok;
    }

    /// <param name="file">A program.</param>
    /// <param name="recipe">How to build and move it.</param>
    /// <param name="like">Set by the reducer: succeed when a sound program fails in this way.</param>
    private static ExitCode Check(string file, Recipe recipe, VerdictKind? like)
    {
        string scratch = Directory.CreateTempSubdirectory("popcorn-fuzz").FullName;
        try
        {
            CaseChecker checker = new(scratch);
            Verdict verdict = checker.Check(Path.GetFullPath(file), recipe);
            if (like is not null)
                return verdict.Kind == like && checker.IsSound(Path.GetFullPath(file)) ? ExitCode.Ok : ExitCode.Failed;
            Console.WriteLine($"{verdict.Kind} {verdict.Detail}");
            return verdict.IsFailure ? ExitCode.Failed : ExitCode.Ok;
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }
}

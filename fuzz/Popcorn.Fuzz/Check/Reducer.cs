namespace Popcorn.Fuzz;

/// <summary>Lets cvise make a failing program small while it goes on failing in the same way.</summary>
internal static class Reducer
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(30);

    /// <returns>The reduced file, beside the original; null when cvise did not succeed.</returns>
    internal static string? Reduce(string source, Recipe recipe, VerdictKind kind)
    {
        string folder = Tool.Scratch("reduce-" + Path.GetFileNameWithoutExtension(source));
        string small = Path.Combine(folder, "case.c"), test = Path.Combine(folder, "interesting.sh");
        File.Copy(source, small, overwrite: true);
        string self = Environment.ProcessPath ?? "fuzz/run";
        File.WriteAllText(test, $"#!/bin/sh\nexec '{self}' check \"$PWD/case.c\" --recipe '{recipe}' --like {kind}\n");
        Tool.Run("chmod", ["+x", test], TimeSpan.FromSeconds(10));
        Outcome reduced = Tool.Run(
            "cvise", ["--n", "2", "--timeout", "150", "--no-give-up", test, "case.c"], _limit, folder);
        return reduced.ExitCode is null or 0 ? small : null;
    }
}

using System.Text.Json;

namespace Popcorn.Packages;

/// <summary>One run of a package's suite.</summary>
/// <param name="Status">Exit code of the suite's command; -1 when it had not ended in time.</param>
internal sealed record SuiteRun(int Passed, int Failed, int Status, double Seconds);

/// <param name="Programs">Processes started below a supervisor.</param>
/// <param name="Moves">Moves that happened.</param>
/// <param name="Stayed">Reasons of moves that did not happen, and how often.</param>
internal sealed record MoveCount(int Programs, int Moves, IReadOnlyDictionary<string, int> Stayed);

/// <summary>What is known of a package, kept in <c>build/packages/NAME/result.json</c>.</summary>
internal sealed record PackageResult(
    string Name, string Version, string Suite, string Why, string? BuildError, double BuildSeconds, SuiteRun? Unmoved,
    SuiteRun? Ring, MoveCount? Moves)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static PackageResult? Load(string path) =>
        File.Exists(path) ? JsonSerializer.Deserialize<PackageResult>(File.ReadAllText(path)) : null;

    public void Save(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, Indented));

    /// <summary>What is wrong, or null: the suite must end the same way in the ring, and pass but for the
    /// known.</summary>
    public string? Complaint(Recipe recipe, bool ring)
    {
        if (BuildError is not null)
            return $"does not build: {BuildError}";
        if (Unmoved is null || Unmoved.Passed == 0)
            return "no test of it passed unmoved";
        if (Unmoved.Failed > recipe.KnownFailures)
            return $"{Unmoved.Failed} tests failed unmoved, {recipe.KnownFailures} are known to";
        if (!ring)
            return null;
        if (Ring is null || Moves is null || Moves.Moves == 0)
            return "nothing moved in the ring";
        return Ring with { Seconds = 0 } == Unmoved with { Seconds = 0 }
            ? null
            : $"in the ring {Words(Ring)}; unmoved {Words(Unmoved)}";
    }

    private static string Words(SuiteRun run) => $"{run.Passed} passed, {run.Failed} failed, status {run.Status}";
}

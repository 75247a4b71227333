using Popcorn.Testing;

namespace Popcorn.EndToEnd.Tests;

/// <summary>Where things are: the clone this test binary was built from, its <c>popcorn</c>, its case files, a scratch folder.</summary>
internal static class Repository
{
    public static string Root { get; } = CloneRoot.Path;

    /// <summary>The published command; <c>./check</c> has run <c>./setup</c> before any test starts.</summary>
    public static string Popcorn { get; } = Path.Combine(Root, "build", "bin", "popcorn");

    public static string Cases(string folder) => Path.Combine(Root, "tests", "cases", folder);

    /// <summary>A folder under build/ for one test class; made empty by the caller when it must be.</summary>
    public static string Scratch(string name) =>
        Directory.CreateDirectory(Path.Combine(Root, "build", "tests", name)).FullName;
}

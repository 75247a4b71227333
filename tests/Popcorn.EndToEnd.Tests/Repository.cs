namespace Popcorn.EndToEnd.Tests;

/// <summary>Where things are: the clone this test binary was built from, its <c>popcorn</c>, its case files, a scratch folder.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The published command; <c>./check</c> has run <c>./setup</c> before any test starts.</summary>
    public static string Popcorn { get; } = Path.Combine(Root, "build", "bin", "popcorn");

    public static string Cases(string folder) => Path.Combine(Root, "tests", "cases", folder);

    /// <summary>A folder under build/ for one test class; made empty by the caller when it must be.</summary>
    public static string Scratch(string name) =>
        Directory.CreateDirectory(Path.Combine(Root, "build", "tests", name)).FullName;

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Popcorn.slnx")))
                return folder.FullName;
        }
        throw new InvalidOperationException($"no Popcorn.slnx above {AppContext.BaseDirectory}");
    }
}

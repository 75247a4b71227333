namespace Popcorn.Testing;

/// <summary>The clone a test or benchmark was built in. Compiled into each project that needs it.</summary>
internal static class CloneRoot
{
    public static string Path { get; } = Find();

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Popcorn.slnx")))
                return folder.FullName;
        }
        throw new InvalidOperationException($"no Popcorn.slnx above {AppContext.BaseDirectory}");
    }
}

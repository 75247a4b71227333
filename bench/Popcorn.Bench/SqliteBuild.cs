namespace Popcorn.Bench;

/// <summary>SQLite's amalgamation, made from Debian's source package by its own build system, and its speedtest1.</summary>
internal static class SqliteBuild
{
    public static IReadOnlyList<string> Sources() =>
        [Path.Combine(Amalgamation(), "sqlite3.c"), Path.Combine(SourceBuild.Package("sqlite3"), "test", "speedtest1.c")];

    public static IReadOnlyList<string> Flags() =>
        ["-I" + Amalgamation(), "-DSQLITE_THREADSAFE=0", "-DSQLITE_OMIT_LOAD_EXTENSION", "-w"];

    private static string Amalgamation()
    {
        string source = SourceBuild.Package("sqlite3"), folder = Path.Combine(Shell.Scratch, "sqlite-amalgamation");
        if (File.Exists(Path.Combine(folder, "complete")))
            return folder;
        Directory.CreateDirectory(folder);
        Shell.Run(Path.Combine(source, "configure"), ["--disable-tcl", "--disable-readline"], folder);
        Shell.Run("make", ["sqlite3.c"], folder);
        File.WriteAllText(Path.Combine(folder, "complete"), "");
        return folder;
    }
}

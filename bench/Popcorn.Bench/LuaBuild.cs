namespace Popcorn.Bench;

/// <summary>Lua from its Debian source package, built with its own sources in one of several ways.</summary>
internal static class LuaBuild
{
    private static readonly string[] NotTheInterpreter = ["luac.c", "ltests.c"];

    /// <summary>
    /// The seed of Lua's string hash is fixed: it is drawn from addresses and the clock, and decides how many strings collide.
    /// </summary>
    public static IReadOnlyList<string> Flags { get; } = ["-DLUA_USE_POSIX", "-Dluai_makeseed(L)=1u"];

    public static string[] Sources() =>
        [.. Directory.EnumerateFiles(Path.Combine(SourceBuild.Package("lua5.4"), "src"), "*.c")
            .Where(f => !NotTheInterpreter.Contains(Path.GetFileName(f))).Order()];

    /// <summary>Compiles every file with the given compiler and links; returns the executable and the wall time.</summary>
    public static (string Executable, double Milliseconds) Build(string name, string[] compiler, string[] flags) =>
        SourceBuild.Build(name, "lua", [.. compiler, .. flags], Sources(), Flags);

    public static string Script(string name) => Path.Combine(Shell.Root, "bench", "lua", name + ".lua");
}

namespace Popcorn.Bench;

/// <summary>Lua from its Debian source package, built with its own sources in one of several ways.</summary>
internal static class LuaBuild
{
    private static readonly string[] NotTheInterpreter = ["luac.c", "ltests.c"];

    /// <summary>
    /// Compiles every file with the given compiler and links; returns the executable and the wall time. The seed of
    /// Lua's string hash is fixed: it is drawn from addresses and the clock, and decides how many strings collide.
    /// </summary>
    public static (string Executable, double Milliseconds) Build(string name, string[] compiler, string[] flags)
    {
        string folder = Path.Combine(Shell.Scratch, name);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        string source = Path.Combine(Shell.Run(Path.Combine(Shell.Root, "tools", "fetch-source"), ["lua5.4"]).Output.Trim(), "src");
        string[] files = [.. Directory.EnumerateFiles(source, "*.c").Where(f => !NotTheInterpreter.Contains(Path.GetFileName(f))).Order()];
        string makefile = Path.Combine(folder, "Makefile");
        string[] objects = [.. files.Select(f => Path.ChangeExtension(Path.GetFileName(f), ".o"))];
        string command = string.Join(' ', compiler);
        File.WriteAllText(makefile,
            $"lua: {string.Join(' ', objects)}\n\t{command} {string.Join(' ', flags)} -o $@ $^ -lm\n"
            + $"%.o: {source}/%.c\n\t{command} {string.Join(' ', flags)} -O2 "
            + "-DLUA_USE_POSIX '-Dluai_makeseed(L)=1u' -c -o $@ $<\n");
        double milliseconds = Shell.Run("make", ["-s", "-j2"], folder).Milliseconds;
        return (Path.Combine(folder, "lua"), milliseconds);
    }

    public static string Script(string name) => Path.Combine(Shell.Root, "bench", "lua", name + ".lua");
}

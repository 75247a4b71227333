using System.Globalization;

namespace Popcorn.Bench;

/// <summary>
/// What a movable program takes on disk and in memory while nobody moves it, against plain clang with Debian's musl,
/// linked statically (x86-64; the other ISAs' common parts are of equal size). Needs musl-dev.
/// </summary>
internal static class SizeBenchmark
{
    private static readonly string[] Plain = [Path.Combine(Shell.Root, "bench", "musl-clang")];

    public static Table Run(bool smoke)
    {
        Table table = new(
            "Size (x86-64, KiB; both stripped)", "program", "plain loaded", "loaded", "ratio, limit 1.6", "plain file",
            "executable", "state map", "both, limit 2.4");
        string hello = Path.Combine(Shell.Scratch, "hello.c");
        File.WriteAllText(hello, "#include <stdio.h>\nint main(void) { puts(\"hello\"); return 0; }\n");
        Shell.Run(Plain[0], ["-O2", "-c", hello, "-o", hello + ".o"]);
        Shell.Run(Plain[0], [hello + ".o", "-o", hello + ".plain"]);
        Shell.Run(Shell.Popcorn, ["cc", "-O2", hello, "-o", hello + ".movable"]);
        Add(table, "hello world", hello + ".plain", hello + ".movable");
        string plain = LuaBuild.Build("lua-musl", Plain, []).Executable;
        string movable = LuaBuild.Build("lua-movable", [Shell.Popcorn, "cc"], []).Executable;
        Add(table, "Lua 5.4", plain, movable);
        table.Print();
        return Memory(plain, movable, smoke);
    }

    private static Table Memory(string plain, string movable, bool smoke)
    {
        Table table = new(
            "Resident memory of Lua, not moved (x86-64, KiB)", "rows of tables", "plain", "movable",
            "ratio, limit 1.05");
        foreach (int rows in smoke ? [1000] : new[] { 0, 10_000, 100_000 })
        {
            string[] arguments = [LuaBuild.Script("memory"), $"{rows}"];
            double without = double.Parse(Shell.Run(plain, arguments).Output);
            double with = double.Parse(Shell.Run(movable, arguments).Output);
            table.Add($"{rows}", $"{without:f0}", $"{with:f0}", $"{with / without:f2}");
        }
        return table;
    }

    private static void Add(Table table, string name, string plain, string movable)
    {
        foreach (string path in (string[])[plain, movable])
            Shell.Run("llvm-strip-19", [path, "-o", path + ".stripped"]);
        string map = Path.Combine(movable + ".popcorn", "statemap");
        double plainLoaded = Loaded(plain), loaded = Loaded(movable);
        double plainFile = Kib(plain + ".stripped"), file = Kib(movable + ".stripped"), both = file + Kib(map);
        table.Add(
            name, $"{plainLoaded:f0}", $"{loaded:f0}", $"{loaded / plainLoaded:f2}", $"{plainFile:f0}",
            $"{file:f0}", $"{Kib(map):f0}", $"{both / plainFile:f2}");
    }

    /// <summary>Bytes in memory of the segments that the kernel maps: the sixth column of readelf's rows.</summary>
    private static double Loaded(string path) => Shell.Run("llvm-readelf-19", ["-lW", path]).Output.Split('\n')
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(cells => cells.Length > 5 && cells[0] == "LOAD")
        .Sum(cells => (double)long.Parse(cells[5].AsSpan(2), NumberStyles.HexNumber)) / 1024;

    private static double Kib(string path) => new FileInfo(path).Length / 1024.0;
}

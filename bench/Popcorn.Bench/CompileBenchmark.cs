namespace Popcorn.Bench;

/// <summary>How long <c>popcorn cc</c> takes for all three ISAs, with an empty object cache, and again after touching one file.</summary>
internal static class CompileBenchmark
{
    public static Table Run(bool smoke)
    {
        Table table = new("Compile and link for three ISAs (wall time, two cores)", "program", "object cache", "s", "limit s");
        string hello = Path.Combine(Shell.Scratch, "hello.c");
        File.WriteAllText(hello, "#include <stdio.h>\nint main(void) { puts(\"hello\"); return 0; }\n");
        string cache = Path.Combine(Shell.Scratch, "cache");
        Dictionary<string, string> environment = new() { ["POPCORN_CACHE"] = cache };
        List<double> cold = [];
        for (int round = 0; round < (smoke ? 1 : 5); round++)
        {
            Clear(cache);
            cold.Add(Shell.Run(Shell.Popcorn, ["cc", "-O2", hello, "-o", Path.Combine(Shell.Scratch, "hello")], environment: environment).Milliseconds);
        }
        table.Add("hello world", "empty", $"{Shell.Median(cold) / 1000:f2}", "3");
        Clear(cache);
        Environment.SetEnvironmentVariable("POPCORN_CACHE", cache);
        table.Add("Lua 5.4", "empty", $"{LuaBuild.Build("lua-compile", [Shell.Popcorn, "cc"], []).Milliseconds / 1000:f1}", "25");
        table.Add("Lua 5.4", "full", $"{LuaBuild.Build("lua-compile", [Shell.Popcorn, "cc"], []).Milliseconds / 1000:f1}", "-");
        Environment.SetEnvironmentVariable("POPCORN_CACHE", null);
        return table;
    }

    private static void Clear(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}

using System.Text;

namespace Popcorn.Bench;

/// <summary>Compiles a list of C files with one compiler, one make rule a file, as a user's makefile would.</summary>
internal static class SourceBuild
{
    /// <returns>The executable, called <paramref name="program"/> in its own folder, and the wall time.</returns>
    public static (string Executable, double Milliseconds) Build(
        string name, string program, string[] compiler, IReadOnlyList<string> sources, IReadOnlyList<string> flags)
    {
        string folder = Path.Combine(Shell.Scratch, name);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        string command = string.Join(' ', compiler);
        string options = string.Join(' ', flags.Select(f => $"'{f}'"));
        StringBuilder rules = new();
        List<string> objects = [];
        foreach (string source in sources)
        {
            string made = $"{objects.Count}-{Path.GetFileNameWithoutExtension(source)}.o";
            objects.Add(made);
            rules.Append($"{made}: {source}\n\t{command} -O2 {options} -c -o $@ $<\n");
        }
        File.WriteAllText(
            Path.Combine(folder, "Makefile"),
            $"{program}: {string.Join(' ', objects)}\n\t{command} -o $@ $^ -lm\n{rules}");
        double milliseconds = Shell.Run("make", ["-s", "-j2"], folder).Milliseconds;
        return (Path.Combine(folder, program), milliseconds);
    }

    /// <summary>A Debian source package, fetched once.</summary>
    public static string Package(string name) =>
        Shell.Run(Path.Combine(Shell.Root, "tools", "fetch-source"), [name]).Output.Trim();
}

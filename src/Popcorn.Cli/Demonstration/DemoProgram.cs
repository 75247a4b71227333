using System.Diagnostics;
using Popcorn.Core;

namespace Popcorn.Cli.Demonstration;

/// <summary>Lua, built by <c>popcorn cc</c> from its unmodified Debian source package through its own
/// Makefile.</summary>
internal sealed class DemoProgram
{
    private const string SourcePackage = "lua5.4";

    /// <summary>Makes some seconds of computation out of a script that takes a fraction of one.</summary>
    private const int Rounds = 20;

    private readonly string _root;

    private DemoProgram(string root) => _root = root;

    private string Folder => Path.Combine(_root, "build", "demo");

    private string Lua => Path.Combine(Folder, "lua");

    private string Script => Path.Combine(_root, "demo", "primes.lua");

    private static string Popcorn => Environment.ProcessPath ?? "popcorn";

    /// <summary>Builds it unless that has been done, saying what is done and how long it took.</summary>
    public static DemoProgram Build(TextWriter output)
    {
        DemoProgram program = new(FindRoot());
        if (Directory.Exists(program.Lua + ".popcorn") && IsNewer(program.Lua + ".popcorn", Popcorn))
        {
            output.WriteLine("Lua is built already.");
            return program;
        }
        output.WriteLine("Fetching the source package of Lua 5.4 ...");
        string source =
            Tool(Path.Combine(program._root, "tools", "fetch-source"), [SourcePackage], program._root).Trim();
        string copy = Path.Combine(program.Folder, "source");
        if (Directory.Exists(copy))
            Directory.Delete(copy, recursive: true);
        Directory.CreateDirectory(program.Folder);
        _ = Tool("cp", ["-r", Path.Combine(source, "src"), copy], program._root);
        output.WriteLine("Building it once, for x86_64, aarch64 and riscv64: make lua CC='popcorn cc' ...");
        Stopwatch watch = Stopwatch.StartNew();
        _ = Tool(
            "make",
            [
                "-C", copy, $"-j{Environment.ProcessorCount}", "lua", $"CC={Popcorn} cc", $"AR={Popcorn} ar rcu",
                $"RANLIB={Popcorn} ranlib", "SYSCFLAGS=-DLUA_USE_POSIX",
            ],
            program._root);
        _ = Tool(
            "cp", ["-r", Path.Combine(copy, "lua"), Path.Combine(copy, "lua.popcorn"), program.Folder], program._root);
        output.WriteLine(string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"  built in {watch.Elapsed.TotalSeconds:0.0} s"));
        return program;
    }

    /// <summary>Starts the computation under <c>popcorn run</c>, its output in a pipe to us.</summary>
    public Process Start()
    {
        string rounds = $"arg = {{ '5' }} for i = 1, {Rounds} do dofile('{Script}') end";
        ProcessStartInfo start = new(Popcorn, ["run", Lua, "-e", rounds]) { RedirectStandardOutput = true };
        return Process.Start(start) ?? throw new PopcornException($"cannot start '{Popcorn}'");
    }

    /// <summary>Keeps two outputs that differ, and says where.</summary>
    public string SaveOutputs(string expected, string actual)
    {
        File.WriteAllText(Path.Combine(Folder, "unmoved.txt"), expected);
        File.WriteAllText(Path.Combine(Folder, "moved.txt"), actual);
        return Folder;
    }

    private static bool IsNewer(string folder, string file) =>
        Directory.GetLastWriteTimeUtc(folder) > File.GetLastWriteTimeUtc(file);

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Popcorn.slnx")))
                return folder.FullName;
        }
        throw new PopcornException("the demo needs popcorn's own clone, in which this command was built");
    }

    private static string Tool(string file, string[] arguments, string folder)
    {
        ProcessStartInfo start = new(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        using Process process = Process.Start(start) ?? throw new PopcornException($"cannot start '{file}'");
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? text
            : throw new PopcornException(
                $"'{Path.GetFileName(file)} {string.Join(' ', arguments)}' failed with status {process.ExitCode}:\n" +
                $"{text}{errors.GetAwaiter().GetResult()}".TrimEnd());
    }
}

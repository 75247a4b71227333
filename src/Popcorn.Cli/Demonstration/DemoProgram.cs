using System.Diagnostics;
using Popcorn.Compiler.Driver;
using Popcorn.Core;

namespace Popcorn.Cli.Demonstration;

/// <summary>An interpreter, built by <c>popcorn cc</c> from its unmodified Debian source package through its own
/// Makefile.</summary>
internal sealed class DemoProgram
{
    private readonly string _root;
    private readonly DemoLanguage _language;

    private DemoProgram(string root, DemoLanguage language)
    {
        _root = root;
        _language = language;
    }

    public DemoLanguage Language => _language;

    private string Folder => Path.Combine(_root, "build", "demo", _language.Name);

    private string Tree => Path.Combine(Folder, "source");

    private string Executable => Path.Combine(Tree, _language.Executable);

    private static string Popcorn => Environment.ProcessPath ?? "popcorn";

    /// <summary>Builds it unless that has been done, saying what is done and how long it took.</summary>
    public static DemoProgram Build(DemoLanguage language, TextWriter output)
    {
        DemoProgram program = new(FindRoot(), language);
        if (Directory.Exists(program.Executable + ".popcorn") && IsNewer(program.Executable + ".popcorn", Popcorn))
        {
            output.WriteLine($"{language.Title} is built already.");
            return program;
        }
        output.WriteLine($"Fetching the source package {language.SourcePackage} ...");
        string source = Tool(
            Path.Combine(program._root, "tools", "fetch-source"), [language.SourcePackage], program._root).Trim();
        if (Directory.Exists(program.Tree))
            Directory.Delete(program.Tree, recursive: true);
        // An older demo kept its executable under this name.
        if (File.Exists(program.Folder))
            File.Delete(program.Folder);
        Directory.CreateDirectory(program.Folder);
        // With its times, or make would want to make what the package brings.
        _ = Tool("cp", ["-a", source, program.Tree], program._root);
        output.WriteLine($"Building {language.Title} once, for x86_64, aarch64 and riscv64:");
        Stopwatch watch = Stopwatch.StartNew();
        foreach (IReadOnlyList<string> step in language.Steps)
        {
            output.WriteLine($"  {string.Join(' ', step)}");
            string[] parallel = step[0] == "make" ? [$"-j{Environment.ProcessorCount}"] : [];
            _ = Tool(step[0], [.. parallel, .. step.Skip(1)], program.Tree);
        }
        output.WriteLine(string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"  built in {watch.Elapsed.TotalSeconds:0.0} s"));
        return program;
    }

    /// <summary>Starts the computation under <c>popcorn run</c>, its output in a pipe to us.</summary>
    public Process Start()
    {
        string script = Path.Combine(_root, "demo", _language.Script);
        IEnumerable<string> arguments = _language.Command.Select(
            word => word.Replace("SCRIPT", script, StringComparison.Ordinal));
        ProcessStartInfo start = new(Popcorn, ["run", Executable, .. arguments]) { RedirectStandardOutput = true };
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

    private static string Tool(string file, IReadOnlyList<string> arguments, string folder)
    {
        ProcessStartInfo start = new(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        Installation installation = Installation.Locate();
        foreach ((string name, string value) in BuildEnvironment.Variables(installation))
            start.Environment[name] = value;
        start.Environment["PATH"] =
            $"{BuildEnvironment.Commands(installation)}:{Environment.GetEnvironmentVariable("PATH")}";
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

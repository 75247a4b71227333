using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Popcorn.Core;
using Popcorn.Testing;

namespace Popcorn.Packages;

/// <summary>Takes one package from its source to the results of its test suite, under
/// <c>build/packages/NAME</c>.</summary>
internal sealed class PackageRun(Recipe recipe, TextWriter output)
{
    private const string Ring = "x86_64,aarch64,riscv64";
    private static readonly TimeSpan BuildLimit = TimeSpan.FromHours(2);

    private readonly Recipe _recipe = recipe;

    private static string Popcorn { get; } = Path.Combine(CloneRoot.Path, "build", "bin", "popcorn");

    public static string ResultPath(string name) => Path.Combine(FolderOf(name), "result.json");

    private string Folder => FolderOf(_recipe.Name);

    private string Tree => Path.Combine(Folder, "tree");

    private string BuiltMark => Path.Combine(Folder, "built");

    public PackageResult Run(bool rebuild, bool ring)
    {
        Directory.CreateDirectory(Folder);
        PackageResult result = Build(rebuild);
        if (result.BuildError is null)
        {
            output.WriteLine($"{_recipe.Name}: {_recipe.Suite}, unmoved");
            result = result with { Unmoved = Check("unmoved", ["bash"]) };
            if (ring)
            {
                output.WriteLine($"{_recipe.Name}: {_recipe.Suite}, in the ring");
                result = InTheRing(result);
            }
        }
        result.Save(ResultPath(_recipe.Name));
        return result;
    }

    private static string Tool(string name) => Path.Combine(CloneRoot.Path, "tools", name);

    private static string FolderOf(string name) => Path.Combine(CloneRoot.Path, "build", "packages", name);

    private PackageResult Build(bool rebuild)
    {
        _ = Capture(Tool("need"), [.. _recipe.Needs]);
        string source = Capture(Tool("fetch-source"), [_recipe.Source]).Trim();
        string version = File.ReadAllText(Path.Combine(source, ".complete")).Trim();
        PackageResult result = new(_recipe.Name, version, _recipe.Suite, _recipe.Why, null, 0, null, null, null);
        if (!rebuild && File.Exists(BuiltMark) && File.ReadAllText(BuiltMark) == _recipe.Script)
        {
            PackageResult? before = PackageResult.Load(ResultPath(_recipe.Name));
            return result with { BuildSeconds = before?.BuildSeconds ?? 0 };
        }
        output.WriteLine($"{_recipe.Name}: building {version}");
        File.Delete(BuiltMark);
        if (Directory.Exists(Tree))
            Directory.Delete(Tree, recursive: true);
        // With all times as they are, or make would want to run autoconf.
        _ = Capture("cp", ["-a", source, Tree]);
        long began = Stopwatch.GetTimestamp();
        int status = Shell("build", "build", ["bash"], BuildLimit);
        if (status != 0)
            return result with { BuildError = $"status {status}, see {LogPath("build")}" };
        File.WriteAllText(BuiltMark, _recipe.Script);
        return result with { BuildSeconds = Stopwatch.GetElapsedTime(began).TotalSeconds };
    }

    private PackageResult InTheRing(PackageResult result)
    {
        string moves = Path.Combine(Folder, "moves.log");
        File.Delete(moves);
        SuiteRun run = Check("ring",
        [
            Popcorn, "run", "--all", "--migrate-every", _recipe.Every, "--growth", _recipe.Growth, "--ring", Ring,
                "--log",
            moves, "--", "bash",
        ]);
        return result with { Ring = run, Moves = Count(moves) };
    }

    private SuiteRun Check(string name, string[] bash)
    {
        long began = Stopwatch.GetTimestamp();
        int status = Shell(name, "check", bash, _recipe.Limit);
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        string log = File.ReadAllText(LogPath(name));
        return new SuiteRun(Sum(_recipe.Passed, log), Sum(_recipe.Failed, log), status, seconds);
    }

    private static int Sum(Regex pattern, string log) => pattern.Matches(log).Sum(match =>
        match.Groups.TryGetValue("n", out Group? number) && number.Success ? int.Parse(number.ValueSpan) : 1);

    private MoveCount Count(string path)
    {
        int programs = 0;
        int moves = 0;
        Dictionary<string, int> stayed = [];
        foreach (string line in File.Exists(path) ? File.ReadLines(path) : [])
        {
            using JsonDocument document = JsonDocument.Parse(line);
            switch (document.RootElement.GetProperty("event").GetString())
            {
                case "started":
                    programs++;
                    break;
                case "moved":
                    moves++;
                    break;
                case "stayed":
                    string reason = General(document.RootElement.GetProperty("reason").GetString() ?? "");
                    stayed[reason] = stayed.GetValueOrDefault(reason) + 1;
                    break;
            }
        }
        return new MoveCount(programs, moves, stayed);
    }

    // Reasons that differ in a number only are one, and so are those that name the same obstacle several times.
    private string General(string reason)
    {
        string general = Regex.Replace(reason.Replace(Tree + "/", "", StringComparison.Ordinal), "[0-9]+", "N");
        return string.Join("; ", general.Split("; ").Distinct());
    }

    private string LogPath(string name) => Path.Combine(Folder, name + ".log");

    /// <summary>Runs one function of the recipe in the package's tree; returns its status, -1 when it took too
    /// long.</summary>
    private int Shell(string log, string function, string[] bash, TimeSpan limit)
    {
        string script = $$"""
            set -euo pipefail
            eval "$({{Popcorn}} env)"
            recipes={{Recipe.Folder}}
            fetch={{Tool("fetch-source")}}
            # ok NAME COMMAND...: one test, for suites that are a list of commands.
            ok() {
                local name=$1
                shift
                if "$@"; then echo "PASS: $name"; else echo "FAIL: $name"; fi
            }
            . {{_recipe.Path}}
            exec >{{LogPath(log)}} 2>&1 </dev/null
            {{function}}
            """;
        // Suites count on readers that leave a pipe ending its writers, whoever started this. timeout gives the whole
        // suite a process group of its own, and ends all of it.
        string[] limited =
        [
            "--default-signal=PIPE", "timeout", "-k", "10", $"{limit.TotalSeconds:0}", .. bash, "-c", script,
        ];
        ProcessStartInfo start = new("env", limited) { WorkingDirectory = Tree };
        using Process process = Process.Start(start) ?? throw new PopcornException("cannot start env");
        process.WaitForExit();
        const int timedOut = 124;
        return process.ExitCode is timedOut or 128 + 9 ? -1 : process.ExitCode;
    }

    private static string Capture(string file, string[] arguments)
    {
        ProcessStartInfo start = new(file, arguments) { RedirectStandardOutput = true };
        using Process process = Process.Start(start) ?? throw new PopcornException($"cannot start '{file}'");
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? text
            : throw new PopcornException(
                $"'{file} {string.Join(' ', arguments)}' failed with status {process.ExitCode}");
    }
}

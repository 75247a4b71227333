using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Popcorn.Core;

namespace Popcorn.Compiler.Driver;

/// <summary>
/// A crash inside LLVM ends the process it happens in, so the compiler runs in a child, and the parent says what
/// happened: the command, and the module the code generator was at, reduced to the function at fault when that crashes
/// alone. </summary>
public static partial class CrashReport
{
    /// <summary>Names the folder in which the child keeps the modules it is at. Not set: this is the parent.</summary>
    private const string FolderVariable = "POPCORN_CRASH_FOLDER";

    // SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGSEGV as a shell reports them.
    private static readonly int[] _crashes = [128 + 4, 128 + 6, 128 + 7, 128 + 8, 128 + 11];

    public static bool IsChild => Environment.GetEnvironmentVariable(FolderVariable) is not null;

    /// <summary>Runs the command as a child of its own and returns its exit code; <see cref="ExitCode.InternalBug"/>,
    /// with a report, when a signal ended it.</summary>
    public static int Guard(string executable, IReadOnlyList<string> arguments, TextWriter errors)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(errors);
        string folder = Directory.CreateTempSubdirectory("popcorn-crash-").FullName;
        ProcessStartInfo start = new(executable, arguments) { UseShellExecute = false };
        start.Environment[FolderVariable] = folder;
        using Process process = Process.Start(start) ?? throw new PopcornException($"cannot start '{executable}'");
        // A terminal's signals reach both; one sent to us alone must not leave the child working.
        using PosixSignalRegistration terminated = PosixSignalRegistration.Create(
            PosixSignal.SIGTERM, _ => Kill(process));
        process.WaitForExit();
        if (!_crashes.Contains(process.ExitCode))
        {
            Directory.Delete(folder, recursive: true);
            return process.ExitCode;
        }
        errors.WriteLine(
            $"popcorn cc: error: the compiler crashed (signal {process.ExitCode - 128}): a bug in popcorn or in LLVM. "
            + "To reproduce:");
        errors.WriteLine($"  cd {Quote(Environment.CurrentDirectory)} && {Quote(executable)} "
            + string.Join(' ', arguments.Select(Quote)));
        string[] modules = Directory.GetFiles(folder, "*.bc");
        foreach (string module in modules)
            errors.WriteLine($"  {Reduce(module)}");
        if (modules.Length == 0)
            Directory.Delete(folder, recursive: true);
        return (int)ExitCode.InternalBug;
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    /// <summary>Keeps a copy of what LLVM works on for as long as it does.</summary>
    internal static void Keeping(byte[] bitcode, string moduleName, Isa isa, Action work)
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is not { } folder || !Directory.Exists(folder))
        {
            work();
            return;
        }
        string stem = UnsafeCharacters().Replace(Path.GetFileNameWithoutExtension(moduleName), "_");
        string path = Path.Combine(folder, $"{stem}-{Guid.NewGuid():n}-{isa.Name()}.bc");
        File.WriteAllBytes(path, bitcode);
        try
        {
            work();
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>The command that makes LLVM's own tool crash in the same way.</summary>
    private static string Reduce(string module)
    {
        string flags = module.EndsWith("-x86_64.bc", StringComparison.Ordinal)
            ? "-mtriple=x86_64-linux-musl -mcpu=x86-64-v2"
            : module.EndsWith("-aarch64.bc", StringComparison.Ordinal) ? "-mtriple=aarch64-linux-musl"
            : "-mtriple=riscv64-linux-musl -mattr=+m,+a,+f,+d,+c -target-abi=lp64d";
        string[] command = ["-O2", "-use-registers-for-deopt-values", "-restrict-statepoint-remat",
            "-regalloc-csr-first-time-cost=1000", .. flags.Split(' '), "-o", "/dev/null"];
        string culprit = module;
        string? function = FaultyFunction(command, module);
        if (function is not null)
        {
            string reduced = Path.ChangeExtension(module, ".reduced.bc");
            if (Run("llvm-extract-19", [$"--func={function}", module, "-o", reduced]).ExitCode == 0
                && FaultyFunction(command, reduced) is not null)
                culprit = reduced;
        }
        return $"llc-19 {string.Join(' ', command)} {culprit}" + (function is null ? "" : $"   # function {function}");
    }

    /// <summary>The function LLVM's stack trace names; null when this module does not crash its tool.</summary>
    private static string? FaultyFunction(string[] command, string module)
    {
        (int exitCode, string output) = Run("llc-19", [.. command, module]);
        return exitCode >= 128 && OnFunction().Match(output) is { Success: true } match ? match.Groups[1].Value : null;
    }

    private static (int ExitCode, string Output) Run(string tool, string[] arguments)
    {
        try
        {
            return new ToolProcess(verbose: false, dryRun: false, TextWriter.Null).RunCollecting(tool, arguments);
        }
        catch (DriverException)
        {
            return (-1, "");
        }
    }

    private static string Quote(string argument) => PlainArgument().IsMatch(argument)
        ? argument : "'" + argument.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    [GeneratedRegex("on function '@([^']+)'")]
    private static partial Regex OnFunction();

    [GeneratedRegex(@"^[\w@%+=:,./-]+$")]
    private static partial Regex PlainArgument();

    [GeneratedRegex(@"[^\w.-]")]
    private static partial Regex UnsafeCharacters();
}

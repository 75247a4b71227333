using System.ComponentModel;
using System.Diagnostics;

namespace Popcorn.Compiler.Driver;

/// <summary>Runs the LLVM tools the driver stands on.</summary>
internal sealed class ToolProcess(bool verbose, bool dryRun, TextWriter trace)
{
    public const string Clang = "clang-19";
    public const string Linker = "ld.lld-19";
    public const string Archiver = "llvm-ar-19";
    public const string ArchiveIndexer = "llvm-ranlib-19";
    public const string SymbolLister = "llvm-nm-19";
    public const string BitcodeLinker = "llvm-link-19";
    public const string Disassembler = "llvm-dis-19";

    private readonly bool _verbose = verbose;
    private readonly bool _dryRun = dryRun;
    private readonly TextWriter _trace = trace;

    /// <summary>Runs with our own standard streams and returns the exit code; 128 + N when signal N ended it.</summary>
    public int Run(string tool, IEnumerable<string> arguments)
    {
        if (!Announce(tool, arguments))
            return 0;
        using Process process = Start(new ProcessStartInfo(tool, arguments) { UseShellExecute = false });
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>Runs with both output streams collected.</summary>
    public (int ExitCode, string Output) RunCollecting(string tool, IEnumerable<string> arguments)
    {
        if (!Announce(tool, arguments))
            return (0, "");
        ProcessStartInfo start = new(tool, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Start(start);
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }

    private bool Announce(string tool, IEnumerable<string> arguments)
    {
        if (_verbose)
        {
            lock (_trace)
                _trace.WriteLine(" " + string.Join(' ', arguments.Prepend(tool).Select(Quote)));
        }

        return !_dryRun;
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new DriverException($"cannot start '{start.FileName}'");
        }
        catch (Win32Exception failure)
        {
            throw new DriverException(
                $"cannot start '{start.FileName}': {failure.Message}; './setup' in the popcorn clone installs it",
                failure);
        }
    }

    private static string Quote(string argument) => $"\"{argument.Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}

using System.Diagnostics;
using Popcorn.Core;
using Popcorn.Testing;

namespace Popcorn.Bench;

/// <summary>Runs commands and times them; finds the clone.</summary>
internal static class Shell
{
    public static string Root { get; } = CloneRoot.Path;

    public static string Popcorn { get; } = Path.Combine(Root, "build", "bin", "popcorn");

    public static string Scratch { get; } = Directory.CreateDirectory(Path.Combine(Root, "build", "bench")).FullName;

    /// <summary>Runs to the end, discarding standard error unless the command fails.</summary>
    /// <returns>Standard output, and the wall time in milliseconds.</returns>
    public static (string Output, double Milliseconds) Run(
        string file, IEnumerable<string> arguments, string? folder = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        (string output, string _, double milliseconds) = RunWhole(file, arguments, folder, environment);
        return (output, milliseconds);
    }

    /// <summary>Runs to the end; what it wrote to standard error.</summary>
    public static string Errors(string file, IEnumerable<string> arguments) => RunWhole(file, arguments, null, null).Errors;

    private static (string Output, string Errors, double Milliseconds) RunWhole(
        string file, IEnumerable<string> arguments, string? folder, IReadOnlyDictionary<string, string>? environment)
    {
        ProcessStartInfo start = new(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? Scratch,
        };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        long began = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start) ?? throw new PopcornException($"cannot start {file}");
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        double milliseconds = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        if (process.ExitCode != 0)
            throw new PopcornException($"'{file} {string.Join(' ', start.ArgumentList)}' failed:\n{errors.Result}");
        return (output, errors.Result, milliseconds);
    }

    public static double Median(IEnumerable<double> samples)
    {
        double[] sorted = [.. samples.Order()];
        return sorted.Length % 2 == 1
            ? sorted[sorted.Length / 2]
            : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}

using System.Diagnostics;
using Popcorn.Core;

namespace Popcorn.Fuzz;

/// <summary>What a finished command left. <paramref name="ExitCode"/> is null when it did not end in time.</summary>
internal sealed record Outcome(int? ExitCode, string Output, string Errors)
{
    internal bool Succeeded => ExitCode == 0;

    /// <summary>Same output and same end; what went to standard error is popcorn's or the compiler's
    /// business.</summary>
    internal bool SameAs(Outcome other) => ExitCode == other.ExitCode && Output == other.Output;
}

/// <summary>Runs commands with a deadline; finds the clone.</summary>
internal static class Tool
{
    internal static string Root { get; } = FindRoot();

    internal static string Popcorn { get; } = Path.Combine(Root, "build", "bin", "popcorn");

    internal static string Scratch(string name) =>
        Directory.CreateDirectory(Path.Combine(Root, "build", "fuzz", name)).FullName;

    internal static Outcome Run(string file, IEnumerable<string> arguments, TimeSpan limit, string? folder = null)
    {
        ProcessStartInfo start = new(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = System.Text.Encoding.Latin1,
            WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        using Process process = Process.Start(start) ?? throw new PopcornException($"cannot start '{file}'");
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        bool ended = process.WaitForExit(limit);
        if (!ended)
            process.Kill(entireProcessTree: true);
        process.WaitForExit();
        return new Outcome(
            ended ? process.ExitCode : null, output.GetAwaiter().GetResult(), errors.GetAwaiter().GetResult());
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Popcorn.slnx")))
                return folder.FullName;
        }
        throw new PopcornException($"no Popcorn.slnx above {AppContext.BaseDirectory}");
    }
}

using System.Diagnostics;

namespace Popcorn.EndToEnd.Tests;

/// <summary>What a finished command left: all of its output, and its exit code.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Errors);

/// <summary>Runs one command to its end, with its whole input given and a deadline.</summary>
internal static class Command
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    public static CommandResult Run(string file, IEnumerable<string> arguments, string input = "", string? folder = null,
        TimeSpan? deadline = null)
    {
        ProcessStartInfo start = new(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"cannot start {file}");
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // A program may end before it has read all of its input.
        }
        if (!process.WaitForExit(deadline ?? Deadline))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"'{file} {string.Join(' ', start.ArgumentList)}' has not ended within {deadline ?? Deadline}");
        }
        return new CommandResult(process.ExitCode, output.GetAwaiter().GetResult(), errors.GetAwaiter().GetResult());
    }
}

using System.Diagnostics;

namespace Popcorn.Samples;

/// <summary>Runs a program that ./setup installed; a failure shows its standard error.</summary>
public static class Tool
{
    private const int DeadlineMs = 120_000;

    public static byte[] Run(string program, string arguments, byte[]? standardInput = null)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"cannot start {program}");
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using MemoryStream output = new();
        process.StandardInput.BaseStream.Write(standardInput ?? []);
        process.StandardInput.Close();
        process.StandardOutput.BaseStream.CopyTo(output);
        if (!process.WaitForExit(DeadlineMs))
        {
            process.Kill();
            throw new InvalidOperationException($"{program} {arguments}: not finished after {DeadlineMs} ms");
        }
        return process.ExitCode == 0
            ? output.ToArray()
            : throw new InvalidOperationException($"{program} {arguments}: exit {process.ExitCode}: {errors.Result}");
    }
}

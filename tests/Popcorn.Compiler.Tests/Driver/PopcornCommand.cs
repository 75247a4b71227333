using System.Diagnostics;
using Popcorn.Testing;

namespace Popcorn.Compiler.Tests.Driver;

/// <summary>The published command of this clone (<c>./check</c> runs <c>./setup</c> first), run in a folder of its
/// own.</summary>
internal sealed class PopcornCommand : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    public string Folder { get; } = Directory.CreateTempSubdirectory("popcorn-test-").FullName;

    public static string Path { get; } = System.IO.Path.Combine(CloneRoot.Path, "build", "bin", "popcorn");

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    public string PathOf(string name) => System.IO.Path.Combine(Folder, name);

    public void Write(string name, string content) => File.WriteAllText(PathOf(name), content);

    public (int ExitCode, string Output, string Errors) Run(string line, string input = "") =>
        Start(Path, line.Split(' ', StringSplitOptions.RemoveEmptyEntries), input);

    /// <summary>Runs and demands success.</summary>
    public string Succeed(string line, string input = "")
    {
        (int exitCode, string output, string errors) = Run(line, input);
        Assert.True(exitCode == 0, $"popcorn {line}\nexit code {exitCode}\n{output}{errors}");
        return output + errors;
    }

    public string Shell(string script)
    {
        (int exitCode, string output, string errors) = Start("/bin/sh", ["-ec", script], "");
        Assert.True(exitCode == 0, $"{script}\nexit code {exitCode}\n{output}{errors}");
        return output;
    }

    private (int ExitCode, string Output, string Errors) Start(string file, IEnumerable<string> arguments, string input)
    {
        ProcessStartInfo start = new(file, arguments)
        {
            WorkingDirectory = Folder, RedirectStandardInput = true, RedirectStandardOutput = true,
                RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        if (!process.WaitForExit(Deadline))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{file} {string.Join(' ', start.ArgumentList)} has not ended within {Deadline}");
        }

        return (process.ExitCode, output.GetAwaiter().GetResult(), errors.GetAwaiter().GetResult());
    }
}

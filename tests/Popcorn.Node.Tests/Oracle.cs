using System.Diagnostics;

namespace Popcorn.Node.Tests;

/// <summary>What the survivor prints when nobody moves it: it is run alone, without a supervisor.</summary>
internal static class Oracle
{
    public const int StepCount = 200;

    private static readonly Lazy<string[]> Steps = new(Run);

    public static string Step(int number) => Steps.Value[number];

    public static string AllSteps => string.Concat(Steps.Value.Select(s => s + "\n"));

    private static string[] Run()
    {
        using Process process = Process.Start(
            new ProcessStartInfo(Repository.Survivor, ["count", $"{StepCount}"]) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(7, process.ExitCode);
        return output.TrimEnd('\n').Split('\n');
    }
}

using System.Diagnostics;

namespace Popcorn.Node.Tests;

internal static class Signals
{
    public static void Send(int pid, string name)
    {
        using Process process = Process.Start("/bin/kill", [$"-{name}", "--", $"{pid}"]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}

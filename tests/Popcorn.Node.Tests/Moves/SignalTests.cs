using System.Diagnostics;

namespace Popcorn.Node.Tests;

/// <summary>Signals that reach a program through its supervisor.</summary>
[Collection(BusyMachine.Name)]
public class SignalTests
{
    private const int Hogs = 3;

    [Fact]
    public void SentToTheProcessGroup_ComesOnce_AndToTheSupervisorAlone_ComesToo()
    {
        // The supervisor leads a group of its own, which the program is in.
        using RunningProgram program = new(
            ["run", "--", Repository.Survivors("signals"), "group_signals_come_once"], below: ["setsid"]);
        Assert.StartsWith("ready ", program.ReadLine());

        for (int i = 0; i < 5; i++)
        {
            Signals.Send(-program.SupervisorPid, "USR1");
            Assert.Equal("handled", program.ReadLine());
        }
        for (int i = 0; i < 3; i++)
        {
            Signals.Send(program.SupervisorPid, "USR2");
            Assert.Equal("handled", program.ReadLine());
        }

        program.Send("go");
        Assert.Equal((0, "5 3\nPASS\n", ""), program.Wait());
    }

    /// <summary>The supervisor gets hardly any of its processor, the program has the others.</summary>
    [Fact]
    public void SentToTheProcessGroup_ComesOnce_HoweverLateTheSupervisorIs()
    {
        using RunningProgram program = new(
            ["run", "--", Repository.Survivors("signals"), "group_signals_come_once"], below: ["setsid"]);
        Assert.StartsWith("ready ", program.ReadLine());
        Run("taskset", "--all-tasks", "--pid", "--cpu-list", $"{Environment.ProcessorCount - 1}",
            $"{program.Status.HostPid}");
        Run("taskset", "--all-tasks", "--pid", "--cpu-list", "0", $"{program.SupervisorPid}");
        Run("renice", "--priority", "19", "--pid", $"{program.SupervisorPid}");
        Process[] hogs = [.. Enumerable.Range(0, Hogs).Select(_ =>
            Process.Start("taskset", ["--cpu-list", "0", "bash", "-c", "while :; do :; done"]))];
        try
        {
            for (int i = 0; i < 5; i++)
            {
                Signals.Send(-program.SupervisorPid, "USR1");
                Assert.Equal("handled", program.ReadLine());
                // Its answer comes after it has passed on what it has got.
                _ = program.Status;
            }
        }
        finally
        {
            foreach (Process hog in hogs)
            {
                hog.Kill(entireProcessTree: true);
                hog.Dispose();
            }
        }
        for (int i = 0; i < 3; i++)
        {
            Signals.Send(program.SupervisorPid, "USR2");
            Assert.Equal("handled", program.ReadLine());
        }

        program.Send("go");
        Assert.Equal((0, "5 3\nPASS\n", ""), program.Wait());
    }

    private static void Run(string command, params string[] arguments)
    {
        using Process process = Process.Start(
            new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true })!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}

namespace Popcorn.Node.Tests;

/// <summary>Signals that reach a program through its supervisor.</summary>
public class SignalTests
{
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
}

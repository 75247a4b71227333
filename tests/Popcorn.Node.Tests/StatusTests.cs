namespace Popcorn.Node.Tests;

/// <summary><c>popcorn ps</c>.</summary>
public class StatusTests
{
    /// <summary>Processes that end while they are looked at must not make the program look ended.</summary>
    [Fact]
    public void ForkAndExecStorm_IsListedWheneverAsked()
    {
        using RunningProgram program = new(["run", "--", Repository.Storm, "10", "after-input"]);
        program.AwaitStart();

        for (int i = 0; i < 100; i++)
            Assert.Equal("running", program.Status.State);

        (int code, string output, string errors) = program.Finish();
        Assert.Equal((0, ""), (code, errors));
        Assert.EndsWith(" children, all as expected\n", output);
    }
}

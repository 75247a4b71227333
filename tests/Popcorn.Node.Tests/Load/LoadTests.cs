using Popcorn.Core;

namespace Popcorn.Node.Tests;

/// <summary>
/// Programs that work hard while they are moved, by <c>tests/load [MOVES]</c>. Not part of <c>./check</c>: a move of 64
/// threads does not always end in time (issue 4).
/// </summary>
public class LoadTests
{
    private static readonly Isa[] Ring = [Isa.AArch64, Isa.RiscV64, Isa.X86_64];

    /// <summary>Threads that end their round under emulation on a busy machine.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromMinutes(2);

    /// <summary>How often a program is moved: what <c>tests/load</c> says, or a number that fits
    /// <c>./check</c>.</summary>
    private static int Moves(int few) =>
        int.TryParse(Environment.GetEnvironmentVariable("POPCORN_LOAD_MOVES"), out int moves) ? moves : few;

    [Fact(Explicit = true)]
    public void SixtyFourThreadsOfLockConditionAndQueueTraffic_KeepTheirInvariants()
    {
        using RunningProgram program = new(["run", "--", Repository.Survivors("stress")]);
        Assert.StartsWith("ready ", program.ReadLine());

        MoveAround(program, Moves(9));

        program.Send("go");
        (int exitCode, string output, string errors) = program.Wait(EndLimit);
        Assert.True(exitCode == 0 && output.StartsWith("PASS ", StringComparison.Ordinal), output + errors);
    }

    [Fact(Explicit = true)]
    public void Redis_MovedUnderALiveClient_AnswersEverythingOnceAndRightly()
    {
        int port = FreePort.Find();
        using RunningProgram server = new(
            ["run", "--", BuiltServers.Redis, "--port", $"{port}", "--bind", "127.0.0.1", "--save", "",
                "--appendonly", "no", "--daemonize", "no"]);
        WaitFor(server, "Ready to accept connections");
        using RedisWorkload first = RedisWorkload.Start(port, "first");
        using RedisWorkload second = RedisWorkload.Start(port, "second");

        MoveAround(server, Moves(20));

        long answers = first.Stop() + second.Stop();
        Assert.True(answers > 100, $"only {answers} answers");
        RedisWorkload.Shutdown(port);
        (int exitCode, string output, string errors) = server.Wait(EndLimit);
        Assert.True(exitCode == 0, output + errors);
    }

    private static void WaitFor(RunningProgram program, string words)
    {
        string? line;
        do
            line = program.ReadLine();
        while (line is not null && !line.Contains(words, StringComparison.Ordinal));
        Assert.NotNull(line);
    }

    private static void MoveAround(RunningProgram program, int moves)
    {
        for (int i = 0; i < moves; i++)
        {
            (int code, string output, string errors) = program.Migrate(Ring[i % Ring.Length]);
            Assert.True(code == 0, $"move {i + 1} to {Ring[i % Ring.Length].Name()}: {output}{errors}");
        }
    }
}

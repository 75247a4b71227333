using Popcorn.Core;

namespace Popcorn.Node.Tests;

/// <summary>
/// Programs that work hard while they are moved: a few times in <c>./check</c>, many times by <c>tests/load
/// [MOVES]</c>.
/// </summary>
[Collection(BusyMachine.Name)]
public class LoadTests
{
    private static readonly Isa[] Ring = [Isa.AArch64, Isa.RiscV64, Isa.X86_64];

    /// <summary>Threads that end their round under emulation on a busy machine.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromMinutes(2);

    /// <summary>How often a program is moved: what <c>tests/load</c> says, or a number that fits
    /// <c>./check</c>.</summary>
    private static int Moves(int few) =>
        int.TryParse(Environment.GetEnvironmentVariable("POPCORN_LOAD_MOVES"), out int moves) ? moves : few;

    [Fact]
    public void SixtyFourThreadsOfLockConditionAndQueueTraffic_KeepTheirInvariants()
    {
        using RunningProgram program = RunningProgram.StartStress();

        MoveAround(program, Moves(9));

        program.Send("go");
        (int exitCode, string output, string errors) = program.Wait(EndLimit);
        Assert.True(exitCode == 0 && output.StartsWith("PASS ", StringComparison.Ordinal), output + errors);
    }

    [Fact]
    public void Redis_MovedUnderALiveClient_AnswersEverythingOnceAndRightly()
    {
        int port = FreePort.Find();
        using RunningProgram server = StartRedis(port);
        using RedisWorkload first = RedisWorkload.Start(port, "first");
        using RedisWorkload second = RedisWorkload.Start(port, "second");

        MoveAround(server, Moves(20));

        long answers = first.Stop() + second.Stop();
        Assert.True(answers > 100, $"only {answers} answers");
        RedisWorkload.Shutdown(port);
        (int exitCode, string output, string errors) = server.Wait(EndLimit);
        Assert.True(exitCode == 0, output + errors);
    }

    /// <summary>Each time there is only the file for a moment; the clients keep their connections.</summary>
    [Fact]
    public void Redis_SavedAndRestoredUnderALiveClient_AnswersEverythingOnceAndRightly()
    {
        int port = FreePort.Find();
        string folder = Repository.Scratch("redis-saved");
        RunningProgram server = StartRedis(port);
        using RedisWorkload first = RedisWorkload.Start(port, "first");
        using RedisWorkload second = RedisWorkload.Start(port, "second");
        try
        {
            for (int i = 0; i < Moves(6); i++)
            {
                string image = Path.Combine(folder, $"{i}");
                (int code, _, string errors) =
                    server.Popcorn("checkpoint", $"{server.Status.Pid}", "-o", image, "--stop");
                Assert.True(code == 0, errors);
                Assert.Equal(0, server.Wait(EndLimit).ExitCode);
                server.Dispose();
                server = new RunningProgram(["restore", image, "--isa", Ring[i % Ring.Length].Name()]);
                server.AwaitStart();
            }

            long answers = first.Stop() + second.Stop();
            Assert.True(answers > 100, $"only {answers} answers");
            RedisWorkload.Shutdown(port);
            (int exitCode, string output, string last) = server.Wait(EndLimit);
            Assert.True(exitCode == 0, output + last);
        }
        finally
        {
            server.Dispose();
        }
    }

    [Fact]
    public void Nginx_MovedWithItsWorkersUnderALiveClient_ServesEveryFileRightly()
    {
        int port = FreePort.Find();
        string folder = Repository.Scratch("nginx");
        HttpWorkload.WriteFiles(Directory.CreateDirectory(Path.Combine(folder, "html")).FullName);
        Directory.CreateDirectory(Path.Combine(folder, "logs"));
        File.WriteAllText(Path.Combine(folder, "nginx.conf"), $$"""
            daemon off;
            user root root;
            worker_processes 2;
            error_log stderr notice;
            events { }
            http {
                access_log off;
                sendfile on;
                keepalive_timeout 600s;
                keepalive_requests 100000000;
                server { listen 127.0.0.1:{{port}}; }
            }
            """);
        using RunningProgram server = new(
            ["run", "--", BuiltPackages.Nginx, "-p", folder, "-c", Path.Combine(folder, "nginx.conf")]);
        FreePort.AwaitListener(port);
        using HttpWorkload first = HttpWorkload.Start(port);
        using HttpWorkload second = HttpWorkload.Start(port);

        MoveAround(server, Moves(6));

        long answers = first.Stop() + second.Stop();
        Assert.True(answers > 100, $"only {answers} answers");
        Signals.Send(server.SupervisorPid, "QUIT");
        Assert.Equal(0, server.Wait(EndLimit).ExitCode);
    }

    [Fact]
    public void Xz_MovedWhileFourThreadsCompress_WritesNothingElse()
    {
        using RunningProgram program = new(
            ["run", "--", BuiltPackages.Xz, "--threads=4", "--block-size=256KiB", "-0", "--stdout"]);
        program.AwaitStart();
        using CompressionWorkload workload = CompressionWorkload.Start(program.Input, program.Output);

        MoveAround(program, Moves(6));

        long blocks = workload.Stop();
        Assert.True(blocks > 100, $"only {blocks} blocks");
        Assert.Equal(0, program.WaitForExit(EndLimit));
    }

    private static RunningProgram StartRedis(int port)
    {
        RunningProgram server = new(
            ["run", "--", BuiltPackages.Redis, "--port", $"{port}", "--bind", "127.0.0.1", "--save", "",
                "--appendonly", "no", "--daemonize", "no"]);
        WaitFor(server, "Ready to accept connections");
        return server;
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

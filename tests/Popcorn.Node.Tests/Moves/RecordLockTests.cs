using Popcorn.Core;

namespace Popcorn.Node.Tests.Moves;

/// <summary>Record locks (fcntl) at a live move: no other program ever gets one that ours has not released.</summary>
public class RecordLockTests
{
    private const long LockedAt = 10;
    private const long LockedBytes = 5;

    [Theory]
    [MemberData(nameof(MoveTests.Pairs), MemberType = typeof(MoveTests))]
    public async Task SharedLock_MovesWithoutAGap(Isa source, Isa target)
    {
        string path = Path.Combine(Repository.Scratch($"lock-{source}-{target}"), "file");
        using RunningProgram program = Start("shared", path, source);
        using CancellationTokenSource moved = new();
        Task<int> taken = Task.Run(() => CountTaken(path, moved.Token));

        (int there, _, string errors) = program.Migrate(target);
        (int back, _, string moreErrors) = program.Migrate(source);
        program.Send("check");
        string? answer = program.ReadLine();
        await moved.CancelAsync();

        Assert.True((there, back) == (0, 0), errors + moreErrors);
        Assert.Equal("PASS", answer);
        Assert.Equal(0, await taken);
        program.Send("release");
        Assert.Equal("PASS", program.ReadLine());
        Assert.True(IsFree(path));
        Assert.Equal((0, "", ""), program.Finish());
    }

    [Fact]
    public void ExclusiveLock_IsRefusedAndKept_UntilItIsReleased()
    {
        string path = Path.Combine(Repository.Scratch("lock-exclusive"), "file");
        using RunningProgram program = Start("exclusive", path, Isa.X86_64);

        (int dryCode, string dry, _) = program.Migrate(Isa.AArch64, "--dry-run");
        (int code, _, string errors) = program.Migrate(Isa.AArch64);

        Assert.Equal((1, 1), (dryCode, code));
        Assert.Contains($"('{path}') has an exclusive record lock (fcntl)", dry);
        Assert.Contains("exclusive record lock", errors);
        Assert.False(IsFree(path));
        program.Send("check");
        Assert.Equal("PASS", program.ReadLine());
        program.Send("release");
        Assert.Equal("PASS", program.ReadLine());
        Assert.Equal(0, program.Migrate(Isa.AArch64).ExitCode);
        Assert.Equal((0, "", ""), program.Finish());
    }

    [Theory]
    [MemberData(nameof(MoveTests.Pairs), MemberType = typeof(MoveTests))]
    public void LocksOfTransactions_AreWaitedFor(Isa source, Isa target)
    {
        string path = Path.Combine(Repository.Scratch($"transactions-{source}-{target}"), "file");
        using RunningProgram program = Start("transactions", path, source);

        for (int i = 0; i < 3; i++)
        {
            (int code, _, string errors) = program.Migrate(i % 2 == 0 ? target : source);
            Assert.True(code == 0, errors);
        }

        program.Send("check");
        Assert.Equal("PASS", program.ReadLine());
        Assert.Equal((0, "", ""), program.Finish());
    }

    [Fact]
    public void LocksOfTransactions_DelayTheMovesOfASchedule()
    {
        string path = Path.Combine(Repository.Scratch("transactions-schedule"), "file");
        using RunningProgram program = new(
            ["run", "--migrate-every", "3", "--migrations-max", "6", "--", Repository.Locker, "transactions", path]);
        Assert.Equal("ready", program.ReadLine());

        Assert.True(SpinWait.SpinUntil(() => program.Status.Migrations == 6, TimeSpan.FromSeconds(60)));

        program.Send("check");
        Assert.Equal("PASS", program.ReadLine());
        (int code, _, string errors) = program.Finish();
        Assert.Equal(0, code);
        Assert.DoesNotContain("stays", errors);
    }

    private static RunningProgram Start(string how, string path, Isa isa)
    {
        RunningProgram program = new(["run", "--isa", isa.Name(), "--", Repository.Locker, how, path]);
        Assert.Equal("ready", program.ReadLine());
        return program;
    }

    /// <summary>How often an outsider got the lock.</summary>
    private static int CountTaken(string path, CancellationToken until)
    {
        int count = 0;
        while (!until.WaitHandle.WaitOne(millisecondsTimeout: 1))
            count += IsFree(path) ? 1 : 0;
        return count;
    }

    private static bool IsFree(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        try
        {
            file.Lock(LockedAt, LockedBytes);
            file.Unlock(LockedAt, LockedBytes);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}

using System.Diagnostics;
using Popcorn.Core;
using Popcorn.Linux;

namespace Popcorn.Node.Tests.Moves;

/// <summary>
/// The supervisor, or a target, is killed in each phase of a move. Whatever dies when, one copy of the program goes on
/// and no other is left.
/// </summary>
[Collection(BusyMachine.Name)]
public class DeathTests
{
    private const int AttemptsMax = 10;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <summary>Moments of a move, in their order.</summary>
    public enum Moment
    {
        TargetHasStarted,
        Parking,
        Parked,
        Rebuilt,
        Committed,
    }

    public static TheoryData<Moment> Moments => [.. Enum.GetValues<Moment>()];

    public static TheoryData<Moment> MomentsBeforeTheCommit =>
        [.. Enum.GetValues<Moment>().Where(m => m != Moment.Committed)];

    [Theory]
    [MemberData(nameof(Moments))]
    public void SupervisorKilled_LeavesOneCopyOfSixtyFourThreads(Moment moment)
    {
        using RunningProgram program = RunningProgram.StartStress();

        KillSupervisor(program, moment);

        program.Send("go");
        Assert.StartsWith("PASS ", program.ReadLine());
        AwaitEndOfAll(program);
    }

    [Theory]
    [MemberData(nameof(Moments))]
    public void SupervisorKilled_LeavesOneCopyOfAWholeTree(Moment moment)
    {
        using RunningProgram program = RunningProgram.StartFamily();

        KillSupervisor(program, moment);

        program.Send("check");
        Assert.Equal("PASS", program.ReadLine());
        program.Send("end");
        Assert.Equal("PASS", program.ReadLine());
        program.Close();
        AwaitEndOfAll(program);
    }

    [Theory]
    [MemberData(nameof(MomentsBeforeTheCommit))]
    public void TargetKilled_LeavesSixtyFourThreadsWhereTheyAre(Moment moment)
    {
        using RunningProgram program = RunningProgram.StartStress();

        string errors = KillTarget(program, moment);

        Assert.Contains("stays where it is", errors);
        Assert.Equal(Isa.X86_64.Name(), program.Status.Isa);
        Assert.Equal(0, program.Migrate(Isa.RiscV64).ExitCode);
        program.Send("go");
        Assert.StartsWith("PASS ", program.ReadLine());
        Assert.Equal(0, program.Finish().ExitCode);
    }

    private static void KillSupervisor(RunningProgram program, Moment moment)
    {
        using UnitWatch watch = new(program);
        Task move = Task.Run(() => program.Migrate(Isa.AArch64));
        Await(watch, moment);
        Send(program.SupervisorPid, SignalNumbers.Kill);
        move.WaitAsync(s_limit).GetAwaiter().GetResult();
    }

    /// <summary>Returns what the user is told. The supervisor is stopped meanwhile, so that the move gets no
    /// further.</summary>
    private static string KillTarget(RunningProgram program, Moment moment)
    {
        for (int attempt = 0; attempt < AttemptsMax; attempt++)
        {
            using UnitWatch watch = new(program);
            Task<(int ExitCode, string Output, string Errors)> move = Task.Run(() => program.Migrate(Isa.AArch64));
            Await(watch, moment);
            Send(program.SupervisorPid, SignalNumbers.Stop);
            bool isTooLate = watch.IsCommitted;
            if (!isTooLate)
                Send(watch.TargetPid, SignalNumbers.Kill);
            Send(program.SupervisorPid, SignalNumbers.Continue);
            (int code, _, string errors) = move.WaitAsync(s_limit).GetAwaiter().GetResult();
            if (!isTooLate)
            {
                Assert.Equal(1, code);
                return errors;
            }
            Assert.Equal(0, program.Migrate(Isa.X86_64).ExitCode);
        }
        throw new TimeoutException($"the move was over before it was seen to be at {moment}");
    }

    private static void Await(UnitWatch watch, Moment moment)
    {
        long start = Stopwatch.GetTimestamp();
        while (!HasCome(watch, moment))
            Assert.True(Stopwatch.GetElapsedTime(start) < s_limit, $"the move never got to {moment}");
    }

    private static void Send(int pid, int signal)
    {
        using ChildProcess? process = ChildProcess.TryAttach(pid);
        Assert.True(process?.Signal(signal));
    }

    private static bool HasCome(UnitWatch watch, Moment moment) => moment switch
    {
        _ when watch.IsCommitted => true,
        Moment.TargetHasStarted => watch.TargetHasStarted,
        Moment.Parking => watch.IsParking,
        Moment.Parked => watch.IsParked,
        Moment.Rebuilt => watch.IsRebuilt,
        _ => false,
    };

    /// <summary>The copy that ran ends by itself; any other one must have gone, and nothing more is printed.</summary>
    private static void AwaitEndOfAll(RunningProgram program)
    {
        Assert.Null(program.ReadLine());
        long start = Stopwatch.GetTimestamp();
        int[] left;
        while ((left = [.. program.AllProcesses()]).Length > 0)
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < s_limit, $"still there: {string.Join(' ', left)}");
            Thread.Yield();
        }
    }
}

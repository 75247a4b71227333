using System.Diagnostics;
using System.Runtime.InteropServices;
using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Node.Processes;
using Popcorn.Node.Programs;
using Popcorn.Wire.Control;
using Popcorn.Wire.Restore;

namespace Popcorn.Node.Moves;

/// <summary>
/// A process in restore mode, from its start until it is told GO. Whoever holds it either tells it to go and
/// takes the process over, or disposes it, which destroys the process: it has run nothing of the program by then.
/// </summary>
public sealed class RestoreTarget : IDisposable
{
    private const int SocketBufferBytes = 4 << 20;
    private static readonly TimeSpan s_idleMax = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_workMax = TimeSpan.FromMinutes(5);

    /// <summary>From a target's last word to its end, which says more. A machine can be very busy.</summary>
    private const int EndTimeoutMs = 10_000;

    /// <summary>Looks without sleeping, a fraction of a millisecond in all: GO is usually answered by then.</summary>
    private const int SpinsMax = 500;

    /// <summary>Looks, of a millisecond each, between those at its processor time.</summary>
    private const int LooksPerGlance = 1000;

    private readonly DescriptorSocket _socket;
    private readonly ProcessUnit _unit;
    private readonly Patience _patience;
    private ProgramProcess _process;
    private bool _handedOver;
    private bool _hasClosed;

    /// <param name="start">Starts the process, given its end of the script's socket.</param>
    private RestoreTarget(ProcessUnit unit, Func<DescriptorSocket, ProgramProcess> start)
    {
        _unit = unit;
        _patience = new Patience(() => _process?.Child.Pid ?? 0, s_idleMax, s_workMax);
        (_socket, DescriptorSocket theirs) = DescriptorSocket.CreatePair(SocketBufferBytes, _patience);
        Sender = new ScriptSender(_socket);
        try
        {
            using (theirs)
                _process = start(theirs);
        }
        catch
        {
            Sender.Dispose();
            _socket.Dispose();
            throw;
        }
    }

    public ProgramProcess Process => _process;

    /// <summary>Writes its script.</summary>
    public ScriptSender Sender { get; }

    public DescriptorSocket Socket => _socket;

    /// <summary>Starts a child of ours.</summary>
    public static RestoreTarget Start(ProcessLauncher launcher, IsaHost host, TargetProgram program)
    {
        ArgumentNullException.ThrowIfNull(launcher);
        return new RestoreTarget(launcher.Unit, theirs => launcher.StartRestoring(host, theirs, program));
    }

    /// <summary>Lets a restoring process start a child of its own, which then has a script of its own.</summary>
    /// <param name="orphan">The child is to lose its parent at once, and will be ours.</param>
    public RestoreTarget Spawn(IsaHost host, TargetProgram program, bool orphan)
    {
        ArgumentNullException.ThrowIfNull(program);
        uint generation = _unit.Generation + 1;
        _unit.ClearPart(program.Index, generation);
        return new RestoreTarget(_unit, theirs =>
        {
            (string path, IReadOnlyList<string> arguments) =
                ProcessLauncher.CommandLine(host, program.Program, program.Arguments);
            Sender.SendSpawn(theirs, program.Index, orphan, path, arguments);
            ControlRegion control = _unit.Part(program.Index, generation);
            return new ProgramProcess(ChildProcess.None, control, host, program.Index, program.Program);
        });
    }

    /// <summary>Waits until the executable is up and reads its script, so that its start is not part of the
    /// downtime.</summary>
    public void WaitStarted()
    {
        _patience.Begin();
        while (!TryWaitStarted(Patience.Glance))
        {
            if (_patience.IsOver())
                throw new MoveException(MovePhase.StartTarget, $"the target does not start: {_patience.Describe()}");
        }
    }

    /// <summary>The same; false when it takes longer.</summary>
    public bool TryWaitStarted(TimeSpan timeout)
    {
        long start = Stopwatch.GetTimestamp();
        while (_process.Control.State != RuntimeState.Restoring)
        {
            // It says nothing before READY: what can be read by then is the end, or why it failed.
            bool isOver = _process.Child.IsNone
                ? Waiting.IsReadable(_socket.Descriptor, timeoutMs: 0)
                : _process.HasEnded;
            if (isOver)
                throw new MoveException(MovePhase.StartTarget, DescribeEnd());
            if (Stopwatch.GetElapsedTime(start) >= timeout)
                return false;
            // The pidfd becomes readable when it dies; its start is seen at the next look, a fraction of a millisecond
            // later.
            _ = Waiting.IsReadable(
                _process.Child.IsNone ? _socket.Descriptor : _process.Child.PollDescriptor, timeoutMs: 1);
        }
        if (_process.Child.IsNone)
            Attach(_unit.KernelPid(_process.Index, _unit.Generation + 1));
        return true;
    }

    /// <summary>Starts the threads that it will need, as far as the source's tell while it still runs: that is most of
    /// what restoring a thread takes.</summary>
    public void PrepareThreads(ProgramProcess source)
    {
        ArgumentNullException.ThrowIfNull(source);
        // The first one is there.
        uint[] slots = [.. source.Control.LiveSlots().Skip(1).Select(s => (uint)s.Index)];
        if (slots.Length == 0)
            return;
        RestoreScriptWriter.Prepare(Sender.Frames, slots);
        try
        {
            _ = Synchronise();
        }
        catch (LinuxCallException e)
        {
            throw Explain(e);
        }
    }

    /// <summary>A session of its own without a leader (see the DETACH operation); the process has another pid
    /// then.</summary>
    public void Detach()
    {
        RestoreScriptWriter.Detach(Sender.Frames);
        int pid = Synchronise();
        // The child has answered, so its parent has nothing left to do but to end.
        if (!Waiting.IsReadable(_process.Child.PollDescriptor, EndTimeoutMs))
        {
            throw new MoveException(
                MovePhase.StartTarget, $"process {_process.Child.Pid} made a session and did not end");
        }
        _ = _process.Child.Reap();
        Attach(pid);
    }

    private void Attach(int pid)
    {
        ChildProcess child = ChildProcess.TryAttach(pid)
            ?? throw new MoveException(MovePhase.StartTarget, DescribeEnd());
        _process.Child.Dispose();
        // Only what runs in restore mode could answer, so the pid is this process's own.
        _process = new ProgramProcess(child, _process.Control, _process.Host, _process.Index, _process.Program);
    }

    /// <summary>Waits for READY. An error answer, or its end, is an exception that says what failed.</summary>
    public void WaitReady() => _ = WaitAnswer(RestoreAnswerKind.Ready);

    /// <summary>Waits until it has carried out the script as written so far. Returns its pid.</summary>
    public int Synchronise()
    {
        RestoreScriptWriter.Sync(Sender.Frames);
        Sender.Flush();
        return (int)WaitSynced();
    }

    /// <summary>Waits until it has carried out the script up to a SYNC. Returns its pid.</summary>
    public long WaitSynced() => WaitAnswer(RestoreAnswerKind.Synced);

    private long WaitAnswer(RestoreAnswerKind wanted)
    {
        byte[] bytes = new byte[RestoreAnswer.Bytes];
        try
        {
            for (int done = 0; done < bytes.Length;)
            {
                int count = _socket.Receive(bytes.AsSpan(done), out Microsoft.Win32.SafeHandles.SafeFileHandle? passed);
                passed?.Dispose();
                if (count == 0)
                    throw new MoveException(MovePhase.Restore, DescribeEnd());
                done += count;
            }
        }
        catch (LinuxCallException e)
        {
            string reason = e.Errno == Errno.Again
                ? $"the target does not answer: {_patience.Describe()}"
                : $"{DescribeEnd()} ({e.Message})";
            throw new MoveException(MovePhase.Restore, reason);
        }
        RestoreAnswer answer = RestoreAnswer.Read(bytes);
        if (answer.Kind != wanted)
        {
            string why = answer.Value is < 0 and >= -4095
                ? Marshal.GetPInvokeErrorMessage((int)-answer.Value)
                : $"value {answer.Value}";
            throw new MoveException(MovePhase.Restore, $"the target could not carry out {answer.Operation}: {why}");
        }
        return answer.Value;
    }

    /// <summary>It says that it runs.</summary>
    public bool Runs => _process.Control.State == RuntimeState.Running;

    /// <summary>Tells it that its generation is the program now.</summary>
    public void SendGo()
    {
        FieldWriter writer = new();
        RestoreScriptWriter.Go(writer);
        try
        {
            _socket.Send(writer.Written);
        }
        catch (LinuxCallException)
        {
            // It has closed its end; how it ends says more.
            _hasClosed = true;
        }
    }

    /// <summary>
    /// Returns once it says that it runs; the caller owns the process from then on. When it ended instead, nothing of
    /// the program has run in it, and the answer says why.
    /// </summary>
    /// <param name="isDecided">Whether some target runs by now: then this one is the program too, however long it
    /// takes.</param>
    public string? AwaitRunning(Func<bool> isDecided)
    {
        ArgumentNullException.ThrowIfNull(isDecided);
        string? failure = _hasClosed ? DescribeEnd() : null;
        int looks = 0;
        while (failure is null && !Runs)
        {
            // Not before: it nearly always runs by then.
            if (looks == SpinsMax)
                _patience.Begin();
            if (_process.HasEnded)
                failure = DescribeEnd();
            else if (++looks % LooksPerGlance != 0 || !_patience.IsOver())
                _ = Waiting.IsReadable(_process.Child.PollDescriptor, timeoutMs: looks < SpinsMax ? 0 : 1);
            else if (isDecided())
                break;
            else
                failure = $"the target does not begin to run: {_patience.Describe()}";
        }
        if (failure is not null)
        {
            _ = _process.Destroy();
            // It is dead now, so this answer is final.
            if (!Runs)
                return failure;
        }
        _handedOver = true;
        return null;
    }

    public void Dispose()
    {
        Sender.Dispose();
        // One that we know no pid of sees its script end, and ends.
        _socket.Dispose();
        if (_handedOver)
            return;
        if (!_process.Child.IsReaped && !_process.Child.IsNone)
            _ = _process.Destroy();
        _process.Dispose();
    }

    /// <summary>Turns a failure to give it something into what it says happened to it, if anything did.</summary>
    public MoveException Explain(LinuxCallException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        if (failure.Call is not ("send" or "sendmsg") && !_process.HasEnded)
            return new MoveException(MovePhase.Transfer, failure.Message, failure);
        if (failure.Errno == Errno.Again)
            return new MoveException(
                MovePhase.Transfer, $"the target does not read: {_patience.Describe()}");
        try
        {
            WaitReady();
        }
        catch (MoveException e)
        {
            return e;
        }
        return new MoveException(MovePhase.Transfer, $"{DescribeEnd()} ({failure.Message})");
    }

    /// <summary>How a target that has ended, or has closed its socket, did so.</summary>
    public string DescribeEnd()
    {
        if (_process.Child.IsNone)
            return $"a target process on {_process.Host.Label} did not start";
        // It has closed its socket, so it is about to end if it has not.
        _ = Waiting.IsReadable(_process.Child.PollDescriptor, EndTimeoutMs);
        return _process.HasEnded && _process.Child.Reap() is ExitStatus status
            ? $"the target process on {_process.Host.Label} ended before it had restored the program ({status})"
            : $"the target process on {_process.Host.Label} closed its connection";
    }
}

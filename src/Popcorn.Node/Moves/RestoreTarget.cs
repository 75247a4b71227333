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
/// A process in restore mode, from its start until it is told GO. Whoever holds it either calls <see cref="Go"/> and
/// takes the process over, or disposes it, which destroys the process: it has run nothing of the program by then.
/// </summary>
public sealed class RestoreTarget : IDisposable
{
    private const int SocketBufferBytes = 4 << 20;
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Looks without sleeping, a fraction of a millisecond in all: GO is usually answered by then.</summary>
    private const int SpinsMax = 500;

    private readonly ProgramProcess _process;
    private readonly DescriptorSocket _socket;
    private bool _handedOver;

    private RestoreTarget(ProgramProcess process, DescriptorSocket socket)
    {
        _process = process;
        _socket = socket;
    }

    public ProgramProcess Process => _process;

    public DescriptorSocket Socket => _socket;

    public static RestoreTarget Start(ProcessLauncher launcher, IsaHost host, uint programPid)
    {
        ArgumentNullException.ThrowIfNull(launcher);
        (DescriptorSocket ours, DescriptorSocket theirs) =
            DescriptorSocket.CreatePair(SocketBufferBytes, AnswerTimeout);
        try
        {
            using (theirs)
                return new RestoreTarget(launcher.StartRestoring(host, theirs, programPid), ours);
        }
        catch
        {
            ours.Dispose();
            throw;
        }
    }

    /// <summary>Waits until the executable is up and reads its script, so that its start is not part of the
    /// downtime.</summary>
    public void WaitStarted(TimeSpan timeout)
    {
        long start = Stopwatch.GetTimestamp();
        while (_process.Control.State != RuntimeState.Restoring)
        {
            if (_process.HasEnded)
                throw new MoveException(MovePhase.StartTarget, DescribeEnd());
            if (Stopwatch.GetElapsedTime(start) >= timeout)
                throw new MoveException(
                    MovePhase.StartTarget, $"the target has not started within {timeout.TotalSeconds:0.#} s");
            // The pidfd becomes readable when it dies; its start is seen at the next look, a fraction of a millisecond
            // later.
            _ = Waiting.IsReadable(_process.Child.PollDescriptor, timeoutMs: 1);
        }
    }

    /// <summary>Waits for READY. An error answer, or its end, is an exception that says what failed.</summary>
    public void WaitReady() => WaitAnswer(RestoreAnswerKind.Ready);

    /// <summary>Waits until it has carried out the script up to a SYNC.</summary>
    public void WaitSynced() => WaitAnswer(RestoreAnswerKind.Synced);

    private void WaitAnswer(RestoreAnswerKind expected)
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
                ? $"the target has not answered within {AnswerTimeout.TotalSeconds:0} s"
                : $"{DescribeEnd()} ({e.Message})";
            throw new MoveException(MovePhase.Restore, reason);
        }
        RestoreAnswer answer = RestoreAnswer.Read(bytes);
        if (answer.Kind != expected)
        {
            string why = answer.Value is < 0 and >= -4095
                ? Marshal.GetPInvokeErrorMessage((int)-answer.Value)
                : $"value {answer.Value}";
            throw new MoveException(MovePhase.Restore, $"the target could not carry out {answer.Operation}: {why}");
        }
    }

    /// <summary>
    /// Lets it run, and returns once it says that it does; the caller owns the process from then on. When it ended
    /// instead, nothing of the program has run in it, and the exception says so.
    /// </summary>
    public ProgramProcess Go()
    {
        FieldWriter writer = new();
        RestoreScriptWriter.Go(writer);
        string? failure = null;
        try
        {
            _socket.Send(writer.Written);
        }
        catch (LinuxCallException e)
        {
            failure = e.Message;
        }
        long start = Stopwatch.GetTimestamp();
        int spins = 0;
        while (failure is null && _process.Control.State != RuntimeState.Running)
        {
            if (_process.HasEnded)
                failure = DescribeEnd();
            else if (Stopwatch.GetElapsedTime(start) >= AnswerTimeout)
                failure = $"the target has not begun to run within {AnswerTimeout.TotalSeconds:0} s";
            else
                _ = Waiting.IsReadable(_process.Child.PollDescriptor, timeoutMs: spins++ < SpinsMax ? 0 : 1);
        }
        if (failure is not null)
        {
            _ = _process.Destroy();
            // It is dead now, so this answer is final.
            if (_process.Control.State != RuntimeState.Running)
                throw new MoveException(MovePhase.Commit, failure);
        }
        _handedOver = true;
        return _process;
    }

    public void Dispose()
    {
        _socket.Dispose();
        if (_handedOver)
            return;
        if (!_process.Child.IsReaped)
            _ = _process.Destroy();
        _process.Dispose();
    }

    /// <summary>Turns a failed send into what the target says happened.</summary>
    public MoveException ExplainSendFailure(LinuxCallException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        if (failure.Errno == Errno.Again)
            return new MoveException(
                MovePhase.Transfer, $"the target has read nothing for {AnswerTimeout.TotalSeconds:0} s");
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

    private string DescribeEnd()
    {
        // It has closed its socket, so it is about to end if it has not.
        _ = Waiting.IsReadable(_process.Child.PollDescriptor, timeoutMs: 1000);
        return _process.Child.TryReap(out ExitStatus status)
            ? $"the target process on {_process.Host.Label} ended before it had restored the program ({status})"
            : $"the target process on {_process.Host.Label} closed its connection";
    }
}

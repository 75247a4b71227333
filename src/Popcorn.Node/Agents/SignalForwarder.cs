using Popcorn.Linux;
using Popcorn.Wire.Control;

namespace Popcorn.Node.Agents;

/// <summary>
/// Passes on what was sent to the supervisor, as the program's stand-in: a shell, timeout(1) or a service manager knows
/// only us.
/// </summary>
public sealed class SignalForwarder(SignalReceiver receiver)
{
    /// <summary>Everything a program may be sent from outside; the rest concerns its own faults and children.</summary>
    public static SignalSet Signals { get; } = SignalSet.Of(
        SignalNumbers.Hangup, SignalNumbers.Interrupt, SignalNumbers.Quit, SignalNumbers.User1, SignalNumbers.User2,
        SignalNumbers.Alarm, SignalNumbers.Terminate, SignalNumbers.Continue, SignalNumbers.TerminalStop,
        SignalNumbers.TerminalInput, SignalNumbers.TerminalOutput, SignalNumbers.WindowSize);

    private static SignalSet Stopping { get; } = SignalSet.Of(
        SignalNumbers.TerminalStop, SignalNumbers.TerminalInput, SignalNumbers.TerminalOutput);

    /// <summary>Also SIGCHLD, which is meant for us.</summary>
    public static SignalSet Received { get; } = new() { Bits = Signals.Bits | SignalSet.Of(SignalNumbers.Child).Bits };

    /// <summary>When signals can have come.</summary>
    public ArrivalWindow Arrivals { get; } = new();

    /// <summary>Returns whether some child of ours has ended.</summary>
    public bool Forward(IReadOnlyList<ChildProcess> programs)
    {
        ArgumentNullException.ThrowIfNull(programs);
        bool childEnded = false;
        ulong mark = ControlLayout.ForwardedSignal(Arrivals.EarliestNs);
        while (receiver.TryTake(out ReceivedSignal signal))
        {
            if (signal.Number == SignalNumbers.Child)
            {
                childEnded = true;
                continue;
            }
            foreach (ChildProcess program in programs)
            {
                // The terminal signals a whole process group, and a program is in ours unless it has made its own.
                bool hasItAlready =
                    signal.FromKernel && HostProcess.ProcessGroupOf(program.Pid) == HostProcess.ProcessGroup;
                // Sent to a group by somebody else, it has reached the program too: the runtime tells, by the mark.
                if (!hasItAlready)
                    _ = program.SignalFor(signal, mark);
            }
            // The shell watches us: when the job stops, we must be seen to stop. SIGCONT then wakes us here.
            if (Stopping.Contains(signal.Number))
                HostProcess.SignalSelf(SignalNumbers.Stop);
        }
        Arrivals.NoteNone();
        return childEnded;
    }
}

using Popcorn.Linux;
using Popcorn.Node.Programs;

namespace Popcorn.Node.Processes;

/// <summary>
/// Starts processes of one program: the first one, and those in restore mode that are to take over (contracts, section
/// 8).
/// </summary>
public sealed class ProcessLauncher
{
    /// <summary>Our two descriptors lie just below this in the child, or below its limit: high, so in no program's
    /// way.</summary>
    private const int HighDescriptorsMax = 1024;

    private readonly ProgramFiles _program;
    private readonly IReadOnlyList<string> _arguments;
    private readonly IReadOnlyList<string> _environment;
    private readonly SignalSet _startMask;

    /// <param name="arguments">argv of the program, its argv[0] as the user typed it.</param>
    /// <param name="environment">"NAME=value" texts.</param>
    /// <param name="startMask">The signal mask the program starts with.</param>
    public ProcessLauncher(
        ProgramFiles program, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, SignalSet startMask)
    {
        _program = program;
        _arguments = arguments;
        _environment = environment;
        _startMask = startMask;
        InheritedDescriptors = HostProcess.InheritedDescriptors();
    }

    /// <summary>Signals that wait for a restored process until it runs: until then it has none of the program's
    /// handlers.</summary>
    public static SignalSet HeldBack { get; } = SignalSet.Of(
        SignalNumbers.Hangup, SignalNumbers.Interrupt, SignalNumbers.Quit, SignalNumbers.User1, SignalNumbers.User2,
        SignalNumbers.Alarm, SignalNumbers.Terminate, SignalNumbers.TerminalStop, SignalNumbers.TerminalInput,
        SignalNumbers.TerminalOutput, SignalNumbers.WindowSize);

    /// <summary>Descriptors every child gets from us, whatever the program had open.</summary>
    public IReadOnlyList<int> InheritedDescriptors { get; }

    /// <summary>Starts the program from its beginning.</summary>
    /// <param name="countdown">It parks by itself at this many points; 0 for never.</param>
    public ProgramProcess Start(IsaHost host, ulong countdown)
    {
        ControlRegion control = ControlRegion.Create();
        if (countdown != 0)
            control.SetCountdown(countdown);
        return Launch(host, control, restoreSocket: null, _startMask);
    }

    /// <summary>Starts an executable in restore mode: it does nothing but read the script from the socket.</summary>
    public ProgramProcess StartRestoring(IsaHost host, DescriptorSocket theirs, uint programPid)
    {
        ArgumentNullException.ThrowIfNull(theirs);
        ControlRegion control = ControlRegion.Create();
        control.Pid = programPid;
        return Launch(host, control, theirs.Descriptor, HeldBack);
    }

    private ProgramProcess Launch(IsaHost host, ControlRegion control, int? restoreSocket, SignalSet mask)
    {
        string executable = _program.ExecutablePath(host.Isa);
        int limit = Math.Min(HighDescriptorsMax, HostProcess.DescriptorLimit);
        int controlTarget = limit - 1;
        int restoreTarget = limit - 2;
        List<(int, int)> descriptors = [(control.Descriptor, controlTarget)];
        List<string> environment = [.. _environment, $"POPCORN_CONTROL={controlTarget}"];
        if (restoreSocket is int socket)
        {
            descriptors.Add((socket, restoreTarget));
            environment.Add($"POPCORN_RESTORE={restoreTarget}");
        }
        List<string> arguments = [.. _arguments];
        if (host.Emulator is not null)
            arguments = [host.Emulator, "-0", _arguments[0], executable, .. _arguments.Skip(1)];
        try
        {
            // The managed runtime ignores SIGPIPE, and the command SIGXFSZ; that would be inherited.
            SignalSet ignored = SignalSet.Of(SignalNumbers.Pipe, SignalNumbers.FileSize);
            SpawnRequest request = new(
                host.Emulator
                    ?? executable, arguments, environment, descriptors, mask, ignored);
            return new ProgramProcess(ChildProcess.Start(request), control, host);
        }
        catch (LinuxCallException e)
        {
            control.Dispose();
            throw new ProgramException(
                ProgramRefusal.CannotStart, $"cannot start '{executable}' on {host.Label}: {e.Message}");
        }
    }
}

using Popcorn.Linux;
using Popcorn.Node.Programs;

namespace Popcorn.Node.Processes;

/// <summary>
/// Starts processes of one program: the first one, and those in restore mode that are to take over (contracts, section
/// 8).
/// </summary>
public sealed class ProcessLauncher : IDisposable
{
    /// <summary>Our two descriptors lie just below this in the child, or below its limit: high, so in no program's
    /// way.</summary>
    private const int HighDescriptorsMax = 1024;

    private readonly IReadOnlyList<string> _environment;
    private readonly SignalSet _startMask;

    /// <param name="arguments">argv of the program, its argv[0] as the user typed it.</param>
    /// <param name="environment">"NAME=value" texts.</param>
    /// <param name="startMask">The signal mask the program starts with.</param>
    public ProcessLauncher(
        ProgramFiles program, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, SignalSet startMask)
    {
        First = new TargetProgram(ProcessUnit.RootIndex, program, arguments);
        _environment = environment;
        _startMask = startMask;
        InheritedDescriptors = HostProcess.InheritedDescriptors();
        Unit = ProcessUnit.Create();
    }

    /// <summary>What the first process begins with.</summary>
    public TargetProgram First { get; }

    /// <summary>What all processes it starts, and theirs, share with us.</summary>
    public ProcessUnit Unit { get; }

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
        Unit.PrepareRoot();
        if (countdown != 0)
            Unit.SetCountdown(countdown);
        ControlRegion control = Unit.Part(ProcessUnit.RootIndex, Unit.Generation);
        return Launch(host, control, First, null, _startMask);
    }

    /// <summary>
    /// Starts an executable in restore mode, in the next generation: it does nothing but read the script from the
    /// socket.
    /// </summary>
    public ProgramProcess StartRestoring(IsaHost host, DescriptorSocket theirs, TargetProgram target)
    {
        ArgumentNullException.ThrowIfNull(theirs);
        ArgumentNullException.ThrowIfNull(target);
        Unit.ClearPart(target.Index, Unit.Generation + 1);
        return Launch(host, Unit.Part(target.Index, Unit.Generation + 1), target, theirs.Descriptor, HeldBack);
    }

    public void Dispose() => Unit.Dispose();

    /// <summary>How one ISA's executable is called on this machine: by itself, or by way of an emulator.</summary>
    public static (string Path, IReadOnlyList<string> Arguments) CommandLine(
        IsaHost host, ProgramFiles program, IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(arguments);
        string executable = program.ExecutablePath(host.Isa);
        return host.Emulator is null
            ? (executable, arguments)
            : (host.Emulator, [host.Emulator, "-0", arguments[0], executable, .. arguments.Skip(1)]);
    }

    private ProgramProcess Launch(
        IsaHost host, ControlRegion control, TargetProgram target, int? restoreSocket, SignalSet mask)
    {
        int limit = Math.Min(HighDescriptorsMax, HostProcess.DescriptorLimit);
        int controlTarget = limit - 1;
        int restoreTarget = limit - 2;
        List<(int, int)> descriptors = [(Unit.Descriptor, controlTarget)];
        List<string> environment =
            [.. _environment, $"POPCORN_CONTROL={controlTarget}", $"POPCORN_MEMBER={target.Index}"];
        if (restoreSocket is int socket)
        {
            descriptors.Add((socket, restoreTarget));
            environment.Add($"POPCORN_RESTORE={restoreTarget}");
        }
        (string executable, IReadOnlyList<string> arguments) = CommandLine(host, target.Program, target.Arguments);
        // Until the runtime has a handler for it, a kick would be the end.
        mask.Bits |= SignalSet.Of(SignalNumbers.Kick).Bits;
        try
        {
            // The managed runtime ignores SIGPIPE, and the command SIGXFSZ; that would be inherited.
            SignalSet ignored = SignalSet.Of(SignalNumbers.Pipe, SignalNumbers.FileSize);
            SpawnRequest request = new(executable, arguments, environment, descriptors, mask, ignored);
            return new ProgramProcess(ChildProcess.Start(request), control, host, target.Index, target.Program);
        }
        catch (LinuxCallException e)
        {
            control.Dispose();
            throw new ProgramException(
                ProgramRefusal.CannotStart, $"cannot start '{executable}' on {host.Label}: {e.Message}");
        }
    }
}

/// <summary>What a process in restore mode will be.</summary>
/// <param name="Index">Its place in the unit's table.</param>
/// <param name="Arguments">argv, for who looks at the process from outside.</param>
public sealed record TargetProgram(int Index, ProgramFiles Program, IReadOnlyList<string> Arguments);

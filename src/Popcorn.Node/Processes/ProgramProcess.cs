using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Node.Programs;

namespace Popcorn.Node.Processes;

/// <summary>One process that runs, or will run, a program of the unit: our descendant and its part of the control
/// region.</summary>
public sealed class ProgramProcess : IDisposable
{
    public ProgramProcess(
        ChildProcess child, ControlRegion control, IsaHost host, int index, ProgramFiles program, uint started = 1)
    {
        Index = index;
        Program = program;
        Started = started;
        Child = child;
        Control = control;
        Host = host;
    }

    /// <summary>Its place in the unit's table.</summary>
    public int Index { get; }

    public ProgramFiles Program { get; }

    /// <summary>How many programs it had executed when we took hold of it.</summary>
    public uint Started { get; }

    public ChildProcess Child { get; }

    public ControlRegion Control { get; }

    public IsaHost Host { get; }

    public Isa Isa => Host.Isa;

    public bool HasEnded => Child.HasEnded;

    /// <summary>Ends it at once, whatever it does, and waits until it is gone.</summary>
    public ExitStatus Destroy()
    {
        _ = Child.Signal(SignalNumbers.Kill);
        return Child.Reap();
    }

    /// <summary>The same for processes of which none runs any more, so that none sees another one's end.</summary>
    public static void DestroyAll(IReadOnlyList<ProgramProcess> processes)
    {
        ArgumentNullException.ThrowIfNull(processes);
        foreach (ProgramProcess process in processes)
            _ = process.Child.Signal(SignalNumbers.Kill);
        foreach (ProgramProcess process in processes)
            _ = process.Child.Reap();
    }

    public void Dispose()
    {
        Child.Dispose();
        Control.Dispose();
    }
}

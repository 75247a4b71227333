using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Node.Programs;

namespace Popcorn.Node.Processes;

/// <summary>One process that runs, or will run, the program: our child and its control region.</summary>
public sealed class ProgramProcess : IDisposable
{
    public ProgramProcess(ChildProcess child, ControlRegion control, IsaHost host)
    {
        Child = child;
        Control = control;
        Host = host;
    }

    public ChildProcess Child { get; }

    public ControlRegion Control { get; }

    public IsaHost Host { get; }

    public Isa Isa => Host.Isa;

    public bool HasEnded => Child.TryReap(out _);

    /// <summary>Ends it at once, whatever it does, and waits until it is gone.</summary>
    public ExitStatus Destroy()
    {
        _ = Child.Signal(SignalNumbers.Kill);
        return Child.Reap();
    }

    public void Dispose()
    {
        Child.Dispose();
        Control.Dispose();
    }
}

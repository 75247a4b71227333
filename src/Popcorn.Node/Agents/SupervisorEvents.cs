using Popcorn.Core;
using Popcorn.Wire.Agent;

namespace Popcorn.Node.Agents;

/// <summary>What a supervisor tells whoever runs it, for messages and the timeline.</summary>
public abstract record SupervisorEvent
{
    private SupervisorEvent()
    {
    }

    /// <summary>The program runs (or was restored) and has this pid.</summary>
    public sealed record Started(int Pid, Programs.IsaHost Host) : SupervisorEvent;

    public sealed record Moved(MoveReport Report) : SupervisorEvent;

    /// <summary>A scheduled move did not happen; the program goes on where it is.</summary>
    public sealed record MoveFailed(Isa Target, string Reason) : SupervisorEvent;

    /// <summary>Nobody can reach this supervisor; the program runs all the same.</summary>
    public sealed record Unreachable(string Reason) : SupervisorEvent;
}

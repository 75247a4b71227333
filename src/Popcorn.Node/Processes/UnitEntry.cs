using Popcorn.Wire.Control;

namespace Popcorn.Node.Processes;

/// <summary>One place of the unit's table, as it was when we looked. The numbers without "Kernel" are the
/// program's.</summary>
/// <param name="CreatorPid">Kernel's number of the process that is making it, while it is starting.</param>
/// <param name="Started">How many programs it has executed.</param>
public readonly record struct UnitEntry(
    int Index, UnitProcessState State, uint Pid, uint Group, uint Session, int KernelPid, int CreatorPid, uint Started);

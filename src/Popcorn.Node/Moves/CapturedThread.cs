using ThreadState = Popcorn.Transform.ThreadState;


namespace Popcorn.Node.Moves;

/// <summary>A parked thread without anything of an ISA in it: what a move or an image carries of it.</summary>
public sealed record CapturedThread(uint Slot, ulong ThreadPointer, ThreadState State);

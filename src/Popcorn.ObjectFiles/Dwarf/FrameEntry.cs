namespace Popcorn.ObjectFiles.Dwarf;

/// <summary>An FDE of .eh_frame: the unwind program of one range of code.</summary>
internal readonly record struct FrameEntry(
    CommonEntry Common, ulong Start, ulong End, int InstructionsStart, int InstructionsEnd);

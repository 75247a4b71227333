namespace Popcorn.Transform;

/// <summary>One frame of a thread, without anything of an ISA in it. Its values are in the thread's value
/// list.</summary>
public readonly record struct FrameState(int FunctionIndex, int SiteIndex, int FirstValue, int ValueCount);

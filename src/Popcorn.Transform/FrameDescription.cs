namespace Popcorn.Transform;

/// <summary>One frame in words, for <c>popcorn inspect</c>.</summary>
/// <param name="Pc">Its return address on the ISA it was read from; 0 when read from an image.</param>
public sealed record FrameDescription(
    int Number, ulong Pc, string Function, string Callee, string File, int Line,
    IReadOnlyList<ValueDescription> Values);

/// <param name="Name">Source name, or <c>%n</c> for the n-th live value without one.</param>
/// <param name="Type">As in <c>i32</c>, <c>ptr</c>, <c>vector16</c>, <c>bytes32</c>.</param>
/// <param name="Text">The value as a programmer writes it.</param>
/// <param name="Locations">Where it lives, one per ISA asked for, e.g. <c>rbx</c>, <c>[sp+0x18]</c>, <c>[dsp-0x8]</c>
/// (below the data-stack pointer); <c>-</c> where that ISA's code has no such return point.</param>
public sealed record ValueDescription(string Name, string Type, string Text, IReadOnlyList<string> Locations);

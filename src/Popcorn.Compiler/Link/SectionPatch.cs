namespace Popcorn.Compiler.Link;

/// <summary>The size and alignment a section of a relocatable object is to get; neither is ever lowered.</summary>
internal readonly record struct SectionPatch(ulong Size, ulong Alignment);

namespace Popcorn.Wire.Image;

/// <summary>What is mapped somewhere in a program's memory, other than memory of its own.</summary>
public abstract record MappingOrigin;

/// <summary>A file that can be opened again.</summary>
public sealed record PathOrigin(string Path) : MappingOrigin;

/// <summary>A file without a name that the process has open.</summary>
public sealed record DescriptorOrigin(int Descriptor) : MappingOrigin;

/// <summary>Memory without a file that relatives share (MAP_SHARED and MAP_ANONYMOUS).</summary>
/// <param name="Number">The kernel's number of it: who has it mapped, sees the same.</param>
/// <param name="Offset">Where in it the mapping begins, in bytes.</param>
public sealed record SharedOrigin(ulong Number, ulong Offset) : MappingOrigin;

/// <summary>A System V shared memory segment.</summary>
/// <param name="Segment">Its number, which the program knows it by.</param>
/// <param name="Offset">Where in the segment the mapping begins, in bytes.</param>
public sealed record SegmentOrigin(int Segment, ulong Offset) : MappingOrigin;

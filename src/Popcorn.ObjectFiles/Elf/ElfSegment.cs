namespace Popcorn.ObjectFiles.Elf;

/// <summary>One program header.</summary>
/// <param name="Type">PT_*.</param>
/// <param name="Flags">PF_*.</param>
public readonly record struct ElfSegment(
    uint Type, uint Flags, ulong Offset, ulong VirtualAddress, ulong FileSize, ulong MemorySize, ulong Alignment);

namespace Popcorn.ObjectFiles.Elf;

/// <summary>One entry of a SHT_RELA section.</summary>
/// <param name="Type">R_* of the file's machine.</param>
public readonly record struct ElfRelocation(ulong Offset, uint Type, uint SymbolIndex, long Addend);

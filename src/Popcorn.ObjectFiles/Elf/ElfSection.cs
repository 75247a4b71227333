namespace Popcorn.ObjectFiles.Elf;

/// <summary>One section header; field meanings as in the gABI.</summary>
/// <param name="Type">SHT_*.</param>
/// <param name="Flags">SHF_*.</param>
public sealed record ElfSection(
    int Index, string Name, uint Type, ulong Flags, ulong Address, ulong Offset, ulong Size, uint Link, uint Info,
    ulong Alignment, ulong EntrySize)
{
    public bool IsLoaded => (Flags & ElfConstants.SHF_ALLOC) != 0;

    /// <summary>Whether the section occupies bytes in the file.</summary>
    public bool HasBytes => Type is not (ElfConstants.SHT_NOBITS or ElfConstants.SHT_NULL);
}

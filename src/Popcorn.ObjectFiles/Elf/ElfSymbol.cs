namespace Popcorn.ObjectFiles.Elf;

/// <summary>One entry of <c>.symtab</c>.</summary>
/// <param name="SectionIndex">Header index of the defining section, or SHN_UNDEF, SHN_ABS, SHN_COMMON.</param>
public readonly record struct ElfSymbol(
    string Name, ulong Value, ulong Size, byte Type, byte Binding, byte Visibility, int SectionIndex)
{
    public bool IsDefined => SectionIndex is not (ElfConstants.SHN_UNDEF or ElfConstants.SHN_COMMON);
}

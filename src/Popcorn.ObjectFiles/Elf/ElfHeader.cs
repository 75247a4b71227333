using Popcorn.Core;

namespace Popcorn.ObjectFiles.Elf;

/// <summary>The fields of the ELF header that outlive parsing.</summary>
/// <param name="Type">ET_*.</param>
/// <param name="Flags">The processor's <c>e_flags</c>; on RISC-V it names the float ABI.</param>
public readonly record struct ElfHeader(Isa Isa, ushort Type, ulong Entry, uint Flags);

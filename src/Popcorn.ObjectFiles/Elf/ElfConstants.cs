namespace Popcorn.ObjectFiles.Elf;

/// <summary>Numbers of the System V ABI (gABI 4.1 and the processor supplements), under the spec's names.</summary>
public static class ElfConstants
{
    public const uint ELFMAG = 0x464c457f;
    public const byte ELFCLASS64 = 2;
    public const byte ELFDATA2LSB = 1;

    public const ushort ET_REL = 1;
    public const ushort ET_EXEC = 2;
    public const ushort ET_DYN = 3;

    public const ushort EM_X86_64 = 62;
    public const ushort EM_AARCH64 = 183;
    public const ushort EM_RISCV = 243;

    public const uint SHT_NULL = 0;
    public const uint SHT_PROGBITS = 1;
    public const uint SHT_SYMTAB = 2;
    public const uint SHT_STRTAB = 3;
    public const uint SHT_RELA = 4;
    public const uint SHT_NOTE = 7;
    public const uint SHT_NOBITS = 8;
    public const uint SHT_SYMTAB_SHNDX = 18;

    public const ulong SHF_WRITE = 1;
    public const ulong SHF_ALLOC = 2;
    public const ulong SHF_EXECINSTR = 4;

    public const ushort SHN_UNDEF = 0;
    public const ushort SHN_LORESERVE = 0xff00;
    public const ushort SHN_ABS = 0xfff1;
    public const ushort SHN_COMMON = 0xfff2;
    public const ushort SHN_XINDEX = 0xffff;

    public const byte STT_NOTYPE = 0;
    public const byte STT_OBJECT = 1;
    public const byte STT_FUNC = 2;
    public const byte STT_SECTION = 3;
    public const byte STT_FILE = 4;

    public const byte STB_LOCAL = 0;
    public const byte STB_GLOBAL = 1;
    public const byte STB_WEAK = 2;

    public const uint PT_NULL = 0;
    public const uint PT_LOAD = 1;
    public const uint PT_NOTE = 4;

    // Ours, between PT_LOOS and PT_HIOS: code that only a moved process needs. The kernel does not map it.
    public const uint PT_POP_RESUME = 0x6070_6f70;

    public const uint PF_X = 1;
    public const uint PF_W = 2;
    public const uint PF_R = 4;

    public const uint NT_GNU_BUILD_ID = 3;

    public const int HeaderBytes = 64;
    public const int SectionHeaderBytes = 64;
    public const int ProgramHeaderBytes = 56;
    public const int SymbolBytes = 24;
    public const int RelaBytes = 24;
}

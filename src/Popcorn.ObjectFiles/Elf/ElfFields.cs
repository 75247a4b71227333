namespace Popcorn.ObjectFiles.Elf;

/// <summary>Byte offsets of fields that are changed in place in a finished file (gABI 4.1, 64-bit classes).</summary>
public static class ElfFields
{
    /// <summary>Elf64_Ehdr, e_phoff.</summary>
    public const int HeaderSegmentTable = 32;

    /// <summary>Elf64_Ehdr, e_shoff.</summary>
    public const int HeaderSectionTable = 40;

    /// <summary>Elf64_Phdr, p_offset.</summary>
    public const int SegmentOffset = 8;

    /// <summary>Elf64_Phdr, p_filesz.</summary>
    public const int SegmentFileSize = 32;

    /// <summary>Elf64_Shdr, sh_type.</summary>
    public const int SectionType = 4;

    /// <summary>Elf64_Shdr, sh_offset.</summary>
    public const int SectionOffset = 24;

    /// <summary>Elf64_Shdr, sh_size.</summary>
    public const int SectionSize = 32;

    /// <summary>Elf64_Shdr, sh_info.</summary>
    public const int SectionInfo = 44;

    /// <summary>Elf64_Shdr, sh_addralign.</summary>
    public const int SectionAlignment = 48;
}

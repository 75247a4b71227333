using Popcorn.Core;

namespace Popcorn.ObjectFiles.Elf;

/// <summary>Reads the ELF header and the two header tables. Counts are held against the bytes that are there
/// before anything is allocated for them.</summary>
internal static class ElfHeaderReader
{
    internal static ElfFile Read(ReadOnlyMemory<byte> bytes, string where)
    {
        FieldReader reader = new(bytes.Span, where);
        if (reader.U32() != ElfConstants.ELFMAG)
            throw new BadInputException(where, 0, "not an ELF file");
        byte fileClass = reader.U8();
        byte order = reader.U8();
        if (fileClass != ElfConstants.ELFCLASS64 || order != ElfConstants.ELFDATA2LSB)
            throw new BadInputException(where, 4, "not a 64-bit little-endian ELF file");
        reader.Seek(16);
        ushort type = reader.U16();
        ushort machine = reader.U16();
        reader.U32(); // e_version
        ulong entry = reader.U64();
        ulong programHeaders = reader.U64();
        ulong sectionHeaders = reader.U64();
        uint flags = reader.U32();
        reader.U16(); // e_ehsize
        ushort programHeaderBytes = reader.U16();
        ushort programHeaderCount = reader.U16();
        ushort sectionHeaderBytes = reader.U16();
        uint sectionCount = reader.U16();
        uint nameTableIndex = reader.U16();

        ElfHeader header = new(IsaOf(machine, where), type, entry, flags);
        ElfSegment[] segments = ReadSegments(bytes.Span, where, programHeaders, programHeaderBytes, programHeaderCount);
        ElfSection[] sections =
            ReadSections(bytes.Span, where, sectionHeaders, sectionHeaderBytes, sectionCount, nameTableIndex);
        return ElfFile.FromHeaders(bytes, where, header, sections, segments);
    }

    private static Isa IsaOf(ushort machine, string where) => machine switch
    {
        ElfConstants.EM_X86_64 => Isa.X86_64,
        ElfConstants.EM_AARCH64 => Isa.AArch64,
        ElfConstants.EM_RISCV => Isa.RiscV64,
        _ => throw new BadInputException(where, 18, $"ELF machine {machine} is none of x86_64, aarch64, riscv64"),
    };

    private static ElfSegment[] ReadSegments(
        ReadOnlySpan<byte> bytes, string where, ulong offset, ushort entryBytes, ushort count)
    {
        if (count == 0)
            return [];
        if (entryBytes != ElfConstants.ProgramHeaderBytes)
            throw new BadInputException(where, 54, $"program headers of {entryBytes} bytes, expected 56");
        CheckTable(bytes, where, offset, entryBytes, count, "program header table");
        FieldReader reader = new(bytes, where);
        reader.Seek((long)offset);
        ElfSegment[] segments = new ElfSegment[count];
        for (int i = 0; i < count; i++)
        {
            uint type = reader.U32();
            uint flags = reader.U32();
            ulong fileOffset = reader.U64();
            ulong virtualAddress = reader.U64();
            reader.U64(); // p_paddr
            ulong fileSize = reader.U64();
            ulong memorySize = reader.U64();
            segments[i] = new ElfSegment(type, flags, fileOffset, virtualAddress, fileSize, memorySize, reader.U64());
        }
        return segments;
    }

    private static ElfSection[] ReadSections(
        ReadOnlySpan<byte> bytes, string where, ulong offset, ushort entryBytes, uint count, uint nameTableIndex)
    {
        if (offset == 0)
            return [];
        if (entryBytes != ElfConstants.SectionHeaderBytes)
            throw new BadInputException(where, 58, $"section headers of {entryBytes} bytes, expected 64");
        CheckTable(bytes, where, offset, entryBytes, 1, "section header table");
        FieldReader reader = new(bytes, where);
        // gABI: with 0xff00 or more sections the true numbers are in the null section's size and link.
        reader.Seek((long)offset + 32);
        ulong extendedCount = reader.U64();
        uint extendedNameTable = reader.U32();
        ulong trueCount = count == 0 ? extendedCount : count;
        if (nameTableIndex == ElfConstants.SHN_XINDEX)
            nameTableIndex = extendedNameTable;
        CheckTable(bytes, where, offset, entryBytes, trueCount, "section header table");

        uint[] nameOffsets = new uint[trueCount];
        ElfSection[] sections = new ElfSection[trueCount];
        reader.Seek((long)offset);
        for (int i = 0; i < sections.Length; i++)
        {
            nameOffsets[i] = reader.U32();
            uint type = reader.U32();
            ulong flags = reader.U64();
            ulong address = reader.U64();
            ulong fileOffset = reader.U64();
            ulong size = reader.U64();
            uint link = reader.U32();
            uint info = reader.U32();
            ulong alignment = reader.U64();
            ElfSection section = new(
                i, "", type, flags, address, fileOffset, size, link, info, alignment, reader.U64());
            CheckExtent(bytes, where, section);
            sections[i] = section;
        }
        NameSections(bytes, where, sections, nameOffsets, nameTableIndex);
        return sections;
    }

    private static void NameSections(
        ReadOnlySpan<byte> bytes, string where, ElfSection[] sections, uint[] nameOffsets, uint nameTableIndex)
    {
        if (nameTableIndex == ElfConstants.SHN_UNDEF)
            return;
        if (nameTableIndex >= (uint)sections.Length || !sections[nameTableIndex].HasBytes)
            throw new BadInputException(
                where, 62, $"section name table is section {nameTableIndex}, which is no table");
        ElfSection table = sections[nameTableIndex];
        FieldReader names = new(bytes.Slice((int)table.Offset, (int)table.Size), $"{where}(section names)");
        for (int i = 0; i < sections.Length; i++)
        {
            if (sections[i].Type == ElfConstants.SHT_NULL)
                continue;
            names.Seek(nameOffsets[i]);
            sections[i] = sections[i] with { Name = names.CString() };
        }
    }

    private static void CheckTable(
        ReadOnlySpan<byte> bytes, string where, ulong offset, uint entryBytes, ulong count, string what)
    {
        if (offset > (ulong)bytes.Length || count > ((ulong)bytes.Length - offset) / entryBytes)
        {
            throw new BadInputException(
                where, (long)Math.Min(offset, long.MaxValue),
                $"{what} of {count} entries reaches past the end of the file");
        }
    }

    private static void CheckExtent(ReadOnlySpan<byte> bytes, string where, ElfSection section)
    {
        if (!section.HasBytes)
            return;
        if (section.Offset > (ulong)bytes.Length || section.Size > (ulong)bytes.Length - section.Offset)
        {
            throw new BadInputException(
                where, (long)Math.Min(section.Offset, long.MaxValue),
                $"section {section.Index} of 0x{section.Size:x} bytes reaches past the end of the file");
        }
    }
}

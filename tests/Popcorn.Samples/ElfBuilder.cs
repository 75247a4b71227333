using System.Text;
using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;

namespace Popcorn.Samples;

/// <summary>Writes small ELF executables, the mirror of <see cref="ElfFile"/>, for tests that need one with a
/// flaw.</summary>
public sealed class ElfBuilder(Isa isa)
{
    private readonly List<Part>
        _sections = [];

    private readonly List<(string Name, ulong Value, ulong Size, byte Type)> _symbols = [];

    public ElfBuilder Section(
        string name, ulong address, ReadOnlySpan<byte> bytes, uint type = ElfConstants.SHT_PROGBITS)
    {
        ulong flags = address == 0 ? 0 : ElfConstants.SHF_ALLOC;
        _sections.Add(new Part(name, type, flags, address, bytes.ToArray()));
        return this;
    }

    public ElfBuilder Function(string name, ulong address, ulong size)
    {
        _symbols.Add((name, address, size, ElfConstants.STT_FUNC));
        return this;
    }

    public byte[] Write()
    {
        FieldWriter strings = new();
        strings.U8(0);
        FieldWriter symbols = new();
        symbols.Bytes(new byte[ElfConstants.SymbolBytes]);
        foreach ((string name, ulong value, ulong size, byte type) in _symbols)
        {
            symbols.U32((uint)strings.Length);
            symbols.U8((byte)(ElfConstants.STB_GLOBAL << 4 | type));
            symbols.U8(0);
            symbols.U16(1);
            symbols.U64(value);
            symbols.U64(size);
            strings.Bytes(Encoding.UTF8.GetBytes(name + "\0"));
        }
        List<Part> all =
            [new Part("", 0, 0, 0, []), .. _sections];
        uint stringTable = (uint)all.Count + 1;
        all.Add(new Part(".symtab", ElfConstants.SHT_SYMTAB, 0, 0, symbols.Written.ToArray(), stringTable, 1, 24));
        all.Add(new Part(".strtab", ElfConstants.SHT_STRTAB, 0, 0, strings.Written.ToArray()));
        FieldWriter names = new();
        List<uint> nameOffsets = [];
        foreach (string name in all.Select(section => section.Name).Append(".shstrtab"))
        {
            nameOffsets.Add((uint)names.Length);
            names.Bytes(Encoding.UTF8.GetBytes(name + "\0"));
        }
        all.Add(new Part(".shstrtab", ElfConstants.SHT_STRTAB, 0, 0, names.Written.ToArray()));
        return Assemble(all, nameOffsets);
    }

    private byte[] Assemble(
        List<Part> sections,
        List<uint> nameOffsets)
    {
        FieldWriter contents = new();
        List<ulong> offsets = [];
        foreach (byte[] bytes in sections.Select(section => section.Bytes))
        {
            contents.AlignTo(8);
            offsets.Add(ElfConstants.HeaderBytes + (ulong)contents.Length);
            contents.Bytes(bytes);
        }
        contents.AlignTo(8);
        FieldWriter file = new();
        WriteHeader(file, ElfConstants.HeaderBytes + (ulong)contents.Length, (ushort)sections.Count);
        file.Bytes(contents.Written);
        for (int i = 0; i < sections.Count; i++)
        {
            file.U32(nameOffsets[i]);
            file.U32(sections[i].Type);
            file.U64(sections[i].Flags);
            file.U64(sections[i].Address);
            file.U64(offsets[i]);
            file.U64((ulong)sections[i].Bytes.Length);
            file.U32(sections[i].Link);
            file.U32(sections[i].Info);
            file.U64(8);
            file.U64(sections[i].Entry);
        }
        return file.Written.ToArray();
    }

    private void WriteHeader(FieldWriter file, ulong sectionHeaders, ushort sectionCount)
    {
        file.U32(ElfConstants.ELFMAG);
        file.U8(ElfConstants.ELFCLASS64);
        file.U8(ElfConstants.ELFDATA2LSB);
        file.U8(1);
        file.AlignTo(16);
        file.U16(ElfConstants.ET_EXEC);
        file.U16(isa switch
        {
            Isa.X86_64 => ElfConstants.EM_X86_64,
            Isa.AArch64 => ElfConstants.EM_AARCH64,
            _ => ElfConstants.EM_RISCV,
        });
        file.U32(1);
        file.U64(0x400000);
        file.U64(0);
        file.U64(sectionHeaders);
        file.U32(0);
        file.U16(ElfConstants.HeaderBytes);
        file.U16(0);
        file.U16(0);
        file.U16(ElfConstants.SectionHeaderBytes);
        file.U16(sectionCount);
        file.U16((ushort)(sectionCount - 1));
    }

    private sealed record Part(
        string Name, uint Type, ulong Flags, ulong Address, byte[] Bytes, uint Link = 0, uint Info = 0,
        ulong Entry = 0);
}

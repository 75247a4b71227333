using System.Buffers.Binary;
using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;

namespace Popcorn.Compiler.Link;

/// <summary>
/// Writes a relocatable object anew with some sections grown at their end. Symbols, relocations and section indices
/// stay as they are, so nothing but the section headers' offset, size and alignment changes.
/// </summary>
internal static class ElfSectionPadder
{
    public static byte[] Pad(ElfFile file, IReadOnlyDictionary<int, SectionPatch> patches)
    {
        ReadOnlySpan<byte> source = file.Bytes.Span;
        int sourceTable = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(source[ElfFields.HeaderSectionTable..]));
        FieldWriter writer = new();
        writer.Bytes(source[..ElfConstants.HeaderBytes]);

        byte[] table = source.Slice(sourceTable, file.Sections.Count * ElfConstants.SectionHeaderBytes).ToArray();
        for (int index = 1; index < file.Sections.Count; index++)
        {
            ElfSection section = file.Sections[index];
            bool patched = patches.TryGetValue(index, out SectionPatch patch);
            ulong alignment = patched ? patch.Alignment : Math.Max(section.Alignment, 1);
            ulong size = patched ? patch.Size : section.Size;
            Span<byte> header = table.AsSpan(index * ElfConstants.SectionHeaderBytes, ElfConstants.SectionHeaderBytes);
            if (section.HasBytes)
                writer.AlignTo((int)Math.Min(Math.Max(alignment, 1), 4096));
            BinaryPrimitives.WriteUInt64LittleEndian(header[ElfFields.SectionOffset..], (ulong)writer.Length);
            BinaryPrimitives.WriteUInt64LittleEndian(header[ElfFields.SectionSize..], size);
            BinaryPrimitives.WriteUInt64LittleEndian(header[ElfFields.SectionAlignment..], alignment);
            if (!section.HasBytes)
                continue;
            writer.Bytes(file.BytesOf(section).Span);
            writer.Bytes(Filler(file.Isa, section, checked((int)(size - section.Size))));
        }

        writer.AlignTo(8);
        int newTable = writer.Length;
        writer.Bytes(table);
        byte[] bytes = writer.Written.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(ElfFields.HeaderSectionTable), (ulong)newTable);
        return bytes;
    }

    // A jump into the padding must trap: int3 on x86-64; all-zero words are udf #0 on AArch64 and c.unimp on RISC-V.
    private static byte[] Filler(Isa isa, ElfSection section, int count)
    {
        byte[] filler = new byte[count];
        if (isa == Isa.X86_64 && (section.Flags & ElfConstants.SHF_EXECINSTR) != 0)
            filler.AsSpan().Fill(0xcc);
        return filler;
    }
}

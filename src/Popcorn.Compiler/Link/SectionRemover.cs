using System.Buffers.Binary;
using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;

namespace Popcorn.Compiler.Link;

/// <summary>
/// Takes non-loaded sections out of a linked executable: their headers become null entries, so that indices in symbols
/// stay right, and the sections behind them move up. Others get new contents. Nothing loaded moves.
/// </summary>
internal static class SectionRemover
{
    public static byte[] Remove(
        ElfFile file, Func<ElfSection, bool> isUnwanted, IReadOnlyDictionary<int, SectionContent>? contents = null)
    {
        ReadOnlySpan<byte> source = file.Bytes.Span;
        int sourceTable = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(source[ElfFields.HeaderSectionTable..]));
        byte[] table = source.Slice(sourceTable, file.Sections.Count * ElfConstants.SectionHeaderBytes).ToArray();

        // Loaded sections lie first in a linked file; everything behind them is kept or dropped one by one.
        ulong loadedEnd = ElfConstants.HeaderBytes;
        foreach (ElfSegment segment in file.Segments.Where(segment => segment.Type == ElfConstants.PT_LOAD))
            loadedEnd = Math.Max(loadedEnd, segment.Offset + segment.FileSize);
        FieldWriter writer = new();
        writer.Bytes(source[..checked((int)loadedEnd)]);
        foreach (ElfSection section in file.Sections.OrderBy(section => section.Offset))
        {
            Span<byte> header = table.AsSpan(
                section.Index * ElfConstants.SectionHeaderBytes, ElfConstants.SectionHeaderBytes);
            if (section.Type == ElfConstants.SHT_NULL || section.IsLoaded)
                continue;
            if (isUnwanted(section))
            {
                header.Clear();
                continue;
            }

            writer.AlignTo((int)Math.Clamp(section.Alignment, 1, 16));
            BinaryPrimitives.WriteUInt64LittleEndian(header[ElfFields.SectionOffset..], (ulong)writer.Length);
            if (contents is not null && contents.TryGetValue(section.Index, out SectionContent content))
            {
                BinaryPrimitives.WriteUInt64LittleEndian(header[ElfFields.SectionSize..], (ulong)content.Bytes.Length);
                BinaryPrimitives.WriteUInt32LittleEndian(header[ElfFields.SectionInfo..], content.HeaderNote);
                writer.Bytes(content.Bytes.Span);
                continue;
            }

            writer.Bytes(file.BytesOf(section).Span);
        }

        writer.AlignTo(8);
        int newTable = writer.Length;
        writer.Bytes(table);
        byte[] bytes = writer.Written.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(ElfFields.HeaderSectionTable), (ulong)newTable);
        return bytes;
    }
}

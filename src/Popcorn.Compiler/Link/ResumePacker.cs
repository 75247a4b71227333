using System.Buffers.Binary;
using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;

namespace Popcorn.Compiler.Link;

/// <summary>
/// Packs the resume functions of a finished executable: their bytes leave the place between the loaded segments, which
/// move up by whole pages, and come back packed at the end of the file. No address changes. The segment's size in the
/// file is then smaller than in memory, and the section has no bytes, so that no tool takes packed ones for code.
/// </summary>
internal static class ResumePacker
{
    public static byte[] Pack(byte[] image, string where)
    {
        ElfFile file = ElfFile.Parse(image, where);
        int index = file.Segments.ToList().FindIndex(s => s.Type == ElfConstants.PT_POP_RESUME && s.FileSize != 0);
        if (index < 0)
            return image;
        ElfSegment resume = file.Segments[index];
        byte[] packed = PackedBytes.Pack(image.AsSpan((int)resume.Offset, (int)resume.FileSize));
        if ((ulong)packed.Length == resume.FileSize)
            return image;
        (ulong from, ulong to) = Gap(file, resume);
        FieldWriter writer = new();
        writer.Bytes(image.AsSpan(0, (int)from));
        writer.Bytes(image.AsSpan((int)to));
        writer.AlignTo(8);
        int place = writer.Length;
        writer.Bytes(packed);
        byte[] result = writer.Written.ToArray();
        MoveUp(result, ElfFields.HeaderSectionTable, from, to);
        FixSections(result, file, resume, from, to);
        int headers = (int)Read(result, ElfFields.HeaderSegmentTable);
        for (int i = 0; i < file.Segments.Count; i++)
            MoveUp(result, headers + (i * ElfConstants.ProgramHeaderBytes) + ElfFields.SegmentOffset, from, to);
        int header = headers + (index * ElfConstants.ProgramHeaderBytes);
        Write(result, header + ElfFields.SegmentOffset, (ulong)place);
        Write(result, header + ElfFields.SegmentFileSize, (ulong)packed.Length);
        return result;
    }

    /// <summary>What can be cut out: whole pages of the segment's, up to what follows it.</summary>
    private static (ulong From, ulong To) Gap(ElfFile file, ElfSegment resume)
    {
        ulong page = file.Segments.Where(s => s.Type == ElfConstants.PT_LOAD).Max(s => s.Alignment);
        ulong end = resume.Offset + resume.FileSize;
        ulong from = (resume.Offset + page - 1) / page * page;
        ulong next = file.Segments.Where(s => s.FileSize != 0).Select(s => s.Offset)
            .Concat(file.Sections.Where(s => s.HasBytes).Select(s => s.Offset)).Where(o => o >= end).Min();
        return (from, Math.Max(from, next / page * page));
    }

    private static void FixSections(byte[] image, ElfFile file, ElfSegment resume, ulong from, ulong to)
    {
        int headers = (int)Read(image, ElfFields.HeaderSectionTable);
        foreach (ElfSection section in file.Sections)
        {
            int header = headers + (section.Index * ElfConstants.SectionHeaderBytes);
            if (section.IsLoaded && section.Address - resume.VirtualAddress < resume.MemorySize)
                BinaryPrimitives.WriteUInt32LittleEndian(
                    image.AsSpan(header + ElfFields.SectionType), ElfConstants.SHT_NOBITS);
            else
                MoveUp(image, header + ElfFields.SectionOffset, from, to);
        }
    }

    /// <summary>An offset in the file that the cut has changed.</summary>
    private static void MoveUp(byte[] image, int field, ulong from, ulong to)
    {
        ulong offset = Read(image, field);
        if (offset >= to)
            Write(image, field, offset - (to - from));
    }

    private static ulong Read(byte[] image, int at) => BinaryPrimitives.ReadUInt64LittleEndian(image.AsSpan(at));

    private static void Write(byte[] image, int at, ulong value) =>
        BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(at), value);
}

using System.Buffers.Binary;
using Popcorn.ObjectFiles.Elf;

namespace Popcorn.Compiler.Link;

/// <summary>
/// Segments that lld places like any other and the kernel must not map: a program that has not moved needs no resume
/// functions, and unwind tables are read from the file. Only the segments' types change.
/// </summary>
internal static class UnloadedSegments
{
    /// <param name="image">A linked executable; changed in place.</param>
    /// <param name="file">The same, as it was read.</param>
    public static void Mark(Span<byte> image, ElfFile file)
    {
        int table = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(image[ElfFields.HeaderSegmentTable..]));
        for (int i = 0; i < file.Segments.Count; i++)
        {
            ElfSegment segment = file.Segments[i];
            if (segment.Type != ElfConstants.PT_LOAD)
                continue;
            uint type = Holds(segment, file.FindSection(".text.resume")) ? ElfConstants.PT_POP_RESUME
                : Holds(segment, file.FindSection(".eh_frame")) ? ElfConstants.PT_NULL : segment.Type;
            BinaryPrimitives.WriteUInt32LittleEndian(image[(table + (i * ElfConstants.ProgramHeaderBytes))..], type);
        }
    }

    private static bool Holds(ElfSegment segment, ElfSection? section) =>
        section is not null && section.Size > 0
        && section.Address - segment.VirtualAddress < segment.MemorySize;
}

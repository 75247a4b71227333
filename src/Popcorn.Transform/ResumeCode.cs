using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;

namespace Popcorn.Transform;

/// <summary>The resume functions of an executable, unpacked (contracts, section 1).</summary>
/// <param name="Address">Where they belong.</param>
/// <param name="Bytes">Their code; none for a program without sites.</param>
public sealed record ResumeCode(ulong Address, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Throws <see cref="BadInputException"/> when they cannot be unpacked.</summary>
    public static ResumeCode Read(ElfFile elf)
    {
        ArgumentNullException.ThrowIfNull(elf);
        ElfSegment segment = elf.Segments.FirstOrDefault(s => s.Type == ElfConstants.PT_POP_RESUME);
        if (segment.FileSize == 0)
            return new ResumeCode(0, default);
        bool isInside = segment.Offset <= (ulong)elf.Bytes.Length
            && segment.FileSize <= (ulong)elf.Bytes.Length - segment.Offset && segment.MemorySize <= int.MaxValue;
        return isInside && PackedBytes.TryUnpack(
            elf.Bytes.Slice((int)segment.Offset, (int)segment.FileSize), (long)segment.MemorySize,
            out ReadOnlyMemory<byte> bytes)
            ? new ResumeCode(segment.VirtualAddress, bytes)
            : throw new BadInputException($"{elf.Where}: its resume functions are damaged: they cannot be unpacked");
    }
}

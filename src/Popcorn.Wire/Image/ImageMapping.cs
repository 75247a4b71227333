using Popcorn.Core;
using Popcorn.Wire.Control;

namespace Popcorn.Wire.Image;

/// <summary>One mapping of the arena.</summary>
/// <param name="Origin">Null for memory of the process's own.</param>
public readonly record struct ImageMapping(ArenaEntry Entry, MappingOrigin? Origin)
{
    private const ulong SharedBytesMax = ProgramAddresses.ArenaEnd - ProgramAddresses.ArenaStart;

    /// <summary>Wire ids: never renumber.</summary>
    private enum Kind : byte
    {
        Own = 0,
        Path = 1,
        Shared = 2,
        Descriptor = 3,
        Segment = 4,
    }

    public static void WriteAll(FieldWriter writer, IReadOnlyList<ImageMapping> mappings)
    {
        ArenaEntry[] entries = [.. mappings.Select(m => m.Entry)];
        ArenaTable.Write(writer, entries);
        foreach (ImageMapping mapping in mappings)
            WriteOrigin(writer, mapping.Origin);
    }

    public static ImageMapping[] ReadAll(ref FieldReader reader)
    {
        int count = ArenaTable.ReadCount(reader.Bytes(ArenaTable.HeaderBytes), reader.Where);
        ReadOnlySpan<byte> bytes = reader.Bytes((long)count * ArenaTable.EntryBytes);
        ArenaEntry[] entries = ArenaTable.ReadEntries(bytes, count, reader.Where);
        ImageMapping[] mappings = new ImageMapping[count];
        for (int i = 0; i < count; i++)
            mappings[i] = new ImageMapping(entries[i], ReadOrigin(ref reader, entries[i]));
        return mappings;
    }

    private static void WriteOrigin(FieldWriter writer, MappingOrigin? origin)
    {
        switch (origin)
        {
            case null:
                writer.U8((byte)Kind.Own);
                break;
            case PathOrigin file:
                writer.U8((byte)Kind.Path);
                writer.Text(file.Path);
                break;
            case SharedOrigin shared:
                writer.U8((byte)Kind.Shared);
                writer.U64(shared.Number);
                writer.U64(shared.Offset);
                break;
            case DescriptorOrigin file:
                writer.U8((byte)Kind.Descriptor);
                writer.I32(file.Descriptor);
                break;
            case SegmentOrigin segment:
                writer.U8((byte)Kind.Segment);
                writer.I32(segment.Segment);
                writer.U64(segment.Offset);
                break;
            default:
                throw new ArgumentException($"{origin} cannot be in an image", nameof(origin));
        }
    }

    private static MappingOrigin? ReadOrigin(ref FieldReader reader, ArenaEntry mapping)
    {
        int at = reader.Offset;
        switch ((Kind)reader.U8())
        {
            case Kind.Own:
                return null;
            case Kind.Path:
                return new PathOrigin(reader.Text());
            case Kind.Shared:
                return new SharedOrigin(reader.U64(), ReadOffset(ref reader, mapping, at));
            case Kind.Descriptor:
                return new DescriptorOrigin(reader.I32());
            case Kind.Segment:
                return new SegmentOrigin(reader.I32(), ReadOffset(ref reader, mapping, at));
            default:
                throw new BadInputException(reader.Where, at, "a mapping of unknown origin");
        }
    }

    /// <summary>Where in shared memory a mapping begins.</summary>
    private static ulong ReadOffset(ref FieldReader reader, ArenaEntry mapping, int at)
    {
        ulong offset = reader.U64();
        return offset % ProgramAddresses.PageBytes == 0
            && offset <= SharedBytesMax && mapping.Bytes <= SharedBytesMax - offset
            ? offset : throw new BadInputException(reader.Where, at, $"shared memory at offset 0x{offset:x}");
    }
}

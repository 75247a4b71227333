using Popcorn.Core;
using Popcorn.Wire.Control;

namespace Popcorn.Wire.Image;

/// <summary>One mapping of the arena; <paramref name="Path"/> is empty for anonymous memory.</summary>
public readonly record struct ImageMapping(ArenaEntry Entry, string Path)
{
    public static void WriteAll(FieldWriter writer, IReadOnlyList<ImageMapping> mappings)
    {
        ArenaEntry[] entries = [.. mappings.Select(m => m.Entry)];
        ArenaTable.Write(writer, entries);
        foreach (ImageMapping mapping in mappings)
            writer.Text(mapping.Path);
    }

    public static ImageMapping[] ReadAll(ref FieldReader reader)
    {
        int count = ArenaTable.ReadCount(reader.Bytes(ArenaTable.HeaderBytes), reader.Where);
        ReadOnlySpan<byte> bytes = reader.Bytes((long)count * ArenaTable.EntryBytes);
        ArenaEntry[] entries = ArenaTable.ReadEntries(bytes, count, reader.Where);
        ImageMapping[] mappings = new ImageMapping[count];
        for (int i = 0; i < count; i++)
            mappings[i] = new ImageMapping(entries[i], reader.Text());
        return mappings;
    }
}

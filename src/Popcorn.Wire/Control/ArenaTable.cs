using Popcorn.Core;

namespace Popcorn.Wire.Control;

/// <summary>Flags of an <see cref="ArenaEntry"/>.</summary>
[Flags]
public enum MappingTraits : uint
{
    None = 0,
    Shared = 1,
    File = 2,
    DataStack = 4,
    NoReserve = 8,
}

/// <summary>One mapping of the program. <paramref name="Protection"/> is mmap's prot.</summary>
public readonly record struct ArenaEntry(
    ulong Start, ulong Bytes, uint Protection, MappingTraits Traits, ulong FileOffset)
{
    public ulong End => Start + Bytes;

    public bool IsFile => (Traits & MappingTraits.File) != 0;

    public bool IsShared => (Traits & MappingTraits.Shared) != 0;
}

/// <summary>
/// The table of every mapping in the arena, kept by the runtime at the arena's start (contracts, section 7):
/// <c>u64 magic, u32 count, u32 version</c>, then 32-byte entries sorted by address.
/// </summary>
public static class ArenaTable
{
    public const int HeaderBytes = 16;
    public const int EntryBytes = 32;

    /// <summary>The first entries are the runtime's own: the table itself and the migrating state.</summary>
    public const int RuntimeEntries = 2;

    /// <summary>A page-table entry each: more mappings than Linux's default vm.max_map_count allows cannot
    /// be.</summary>
    public const int EntriesMax = 1 << 20;

    private const ulong Magic = 0x414e_4552_4150_4f50; // "POPARENA"

    /// <summary>Entries that follow a header, after checking it.</summary>
    public static int ReadCount(ReadOnlySpan<byte> header, string where)
    {
        FieldReader reader = new(header, where);
        ulong magic = reader.U64();
        if (magic != Magic)
            throw new BadInputException(
                where, 0, $"magic is 0x{magic:x}, the program's table of mappings is not there");
        uint count = reader.U32();
        if (count > EntriesMax)
            throw new BadInputException(where, 8, $"{count} mappings, at most {EntriesMax} are possible");
        return (int)count;
    }

    /// <summary>Reads the entries behind the header and checks order, alignment and bounds.</summary>
    public static ArenaEntry[] ReadEntries(ReadOnlySpan<byte> bytes, int count, string where)
    {
        FieldReader reader = new(bytes, where);
        ArenaEntry[] entries = new ArenaEntry[count];
        ulong end = ProgramAddresses.ArenaStart;
        for (int i = 0; i < count; i++)
        {
            int offset = reader.Offset;
            ArenaEntry entry = new(reader.U64(), reader.U64(), reader.U32(), (MappingTraits)reader.U32(), reader.U64());
            bool aligned = (entry.Start | entry.Bytes) % ProgramAddresses.PageBytes == 0;
            if (!aligned || entry.Start < end || !ProgramAddresses.IsInArena(entry.Start, entry.Bytes))
            {
                throw new BadInputException(
                    where, offset,
                    $"mapping {i} at 0x{entry.Start:x} of 0x{entry.Bytes:x} bytes is out of order or place");
            }
            end = entry.End;
            entries[i] = entry;
        }
        return entries;
    }

    public static void Write(FieldWriter writer, IReadOnlyList<ArenaEntry> entries)
    {
        writer.U64(Magic);
        writer.U32((uint)entries.Count);
        writer.U32(1);
        foreach (ArenaEntry entry in entries)
        {
            writer.U64(entry.Start);
            writer.U64(entry.Bytes);
            writer.U32(entry.Protection);
            writer.U32((uint)entry.Traits);
            writer.U64(entry.FileOffset);
        }
    }
}

using CsCheck;
using Popcorn.Core;
using Popcorn.Wire.Control;

namespace Popcorn.Wire.Tests.Control;

public class ArenaTableTests
{
    private static readonly Gen<ArenaEntry[]> Entries =
        Gen.Select(
            Gen.Int[0, 1000], Gen.Int[1, 1000], Gen.UInt, Gen.UInt[0, 15], Gen.ULong).Array[0, 20].Select(parts =>
        {
            ulong address = ProgramAddresses.ArenaStart;
            List<ArenaEntry> entries = [];
            foreach ((int gap, int pages, uint protection, uint traits, ulong offset) in parts)
            {
                address += (ulong)gap * ProgramAddresses.PageBytes;
                ulong bytes = (ulong)pages * ProgramAddresses.PageBytes;
                entries.Add(new ArenaEntry(address, bytes, protection, (MappingTraits)traits, offset));
                address += bytes;
            }
            return entries.ToArray();
        });

    [Fact]
    public void WhatIsWritten_IsRead() => Entries.Sample(entries =>
    {
        FieldWriter writer = new();
        ArenaTable.Write(writer, entries);

        int count = ArenaTable.ReadCount(writer.Written[..ArenaTable.HeaderBytes], "test");
        ArenaEntry[] read = ArenaTable.ReadEntries(writer.Written[ArenaTable.HeaderBytes..], count, "test");

        Assert.Equal(entries, read);
    });

    [Fact]
    public void EveryTruncation_IsRefused()
    {
        FieldWriter writer = new();
        ArenaTable.Write(writer,
            [new(ProgramAddresses.ArenaStart, 4096, 3, 0, 0), new(ProgramAddresses.ArenaStart + 8192, 4096, 1, 0, 0)]);
        byte[] whole = writer.Written.ToArray();

        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Throws<BadInputException>(() =>
            {
                int count = ArenaTable.ReadCount(whole.AsSpan(0, Math.Min(length, ArenaTable.HeaderBytes)), "test");
                _ = ArenaTable.ReadEntries(
                    whole.AsSpan(ArenaTable.HeaderBytes, Math.Max(0, length - ArenaTable.HeaderBytes)), count, "test");
            });
        }
    }

    [Theory]
    [InlineData(0x10_0000_0800, 4096)]
    [InlineData(0x10_0000_1000, 100)]
    [InlineData(0x0f_ffff_f000, 4096)]
    [InlineData(0x37_ffff_f000, 8192)]
    [InlineData(0x10_0000_1000, ulong.MaxValue - 4095)]
    public void Mapping_OutOfPlace_IsRefused(ulong start, ulong bytes)
    {
        FieldWriter writer = new();
        ArenaTable.Write(writer, [new ArenaEntry(start, bytes, 3, 0, 0)]);
        byte[] entries = writer.Written[ArenaTable.HeaderBytes..].ToArray();

        Assert.Throws<BadInputException>(() => ArenaTable.ReadEntries(entries, 1, "test"));
    }

    [Fact]
    public void OverlappingMappings_AreRefused()
    {
        FieldWriter writer = new();
        ArenaTable.Write(writer,
            [new(ProgramAddresses.ArenaStart, 8192, 3, 0, 0), new(ProgramAddresses.ArenaStart + 4096, 4096, 3, 0, 0)]);
        byte[] entries = writer.Written[ArenaTable.HeaderBytes..].ToArray();

        Assert.Throws<BadInputException>(() => ArenaTable.ReadEntries(entries, 2, "test"));
    }
}

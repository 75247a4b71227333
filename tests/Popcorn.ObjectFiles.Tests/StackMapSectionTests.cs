using CsCheck;
using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;
using Popcorn.ObjectFiles.StackMaps;
using Popcorn.Samples;

namespace Popcorn.ObjectFiles.Tests;

public class StackMapSectionTests(SampleBuild build)
{
    [Fact]
    public void WrittenTables_AreReadBack()
    {
        Gen<StackMapLocation> genLocation = Gen.Select(Gen.Int[1, 4], Gen.UShort, Gen.UShort, Gen.Int, Gen.Long).Select(
            (kind, size, register, offset, constant) => kind == (int)StackMapLocationKind.Constant
                ? new StackMapLocation(StackMapLocationKind.Constant, size, 0, constant)
                : new StackMapLocation((StackMapLocationKind)kind, size, register, offset));
        Gen<(ulong Id, uint Offset, StackMapLocation[] Locations)> genRecord =
            Gen.Select(Gen.ULong, Gen.UInt, genLocation.Array[0, 6]);
        Gen.Select(Gen.ULong, genRecord.Array[0, 4]).Array[0, 4].Array[0, 3].Sample(tables =>
        {
            FieldWriter section = new();
            List<(ulong, ulong, uint, StackMapLocation[])> expected = [];
            foreach ((ulong Address, (ulong Id, uint Offset, StackMapLocation[] Locations)[] Records)[] table in tables)
            {
                StackMapTableBuilder builder = new();
                foreach ((ulong address, var records) in table)
                {
                    builder.Function(address);
                    foreach ((ulong id, uint offset, StackMapLocation[] locations) in records)
                    {
                        builder.Record(id, offset, locations);
                        expected.Add((address, id, offset, locations));
                    }
                }
                section.Bytes(builder.Write());
            }

            StackMapSection read = StackMapSection.Read(section.Written, "test");

            Assert.Equal(expected.Count, read.Records.Count);
            for (int i = 0; i < expected.Count; i++)
            {
                StackMapRecord record = read.Records[i];
                Assert.Equal(expected[i].Item1, record.FunctionAddress);
                Assert.Equal(expected[i].Item2, record.Id);
                Assert.Equal(expected[i].Item3, record.InstructionOffset);
                Assert.Equal(expected[i].Item4, read.LocationsOf(record).ToArray());
            }
        });
    }

    [Theory]
    [InlineData(Isa.X86_64)]
    [InlineData(Isa.AArch64)]
    [InlineData(Isa.RiscV64)]
    public void TruncatedOrCorruptSection_IsRefusedOrRead_NeverWorse(Isa isa)
    {
        ElfFile elf = build.Executables[isa];
        byte[] section = elf.BytesOf(elf.FindSection(StackMapSection.SectionName)!).ToArray();

        Corruption.Try(section, bytes => StackMapSection.Read(bytes, "corrupt"));
    }

    [Fact]
    public void OtherVersion_IsRefused()
    {
        byte[] table = new StackMapTableBuilder().Write();
        table[0] = 2;

        BadInputException refusal = Assert.Throws<BadInputException>(() => StackMapSection.Read(table, "maps"));

        Assert.Equal("maps(+0x0): stack map version 2, this tool reads version 3", refusal.Message);
    }
}

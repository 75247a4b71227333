using System.Buffers.Binary;
using Popcorn.Core;
using Popcorn.Samples;

namespace Popcorn.Transform.Tests;

public class RecordBuilderTests(SampleBuild build)
{
    private const ulong BaseAddress = 0x8_0000_1000;

    [Theory]
    [InlineData(Isa.X86_64, Isa.AArch64)]
    [InlineData(Isa.AArch64, Isa.RiscV64)]
    [InlineData(Isa.RiscV64, Isa.X86_64)]
    [InlineData(Isa.X86_64, Isa.X86_64)]
    public void Records_ChainFromTheOutermostFrameToTheRuntime(Isa sourceIsa, Isa targetIsa)
    {
        ParkedSample source = ParkedSample.Run(build, sourceIsa, 2);
        IsaExecutable target = IsaExecutable.Load(build.Executables[targetIsa], source.Map);
        ThreadState state = source.Read();

        byte[] records = RecordBuilder.Build(state, target, BaseAddress, out ulong record);

        List<(string Function, int Site, UInt128[] Values)> expected = SampleProgram.Standard.Expect(2);
        expected.Reverse();
        Assert.Equal(BaseAddress, record);
        foreach ((string function, int site, UInt128[] values) in expected)
        {
            (ulong next, ulong resume, int siteIndex, UInt128[] read) = ReadRecord(records, record);
            Assert.True(target.Elf.Symbols.TryFind(function + ".resume", out ObjectFiles.Elf.ElfSymbol symbol));
            Assert.Equal(symbol.Value, resume);
            Assert.Equal(site, siteIndex);
            Assert.Equal(values, read);
            Assert.Equal(0UL, next & 15);
            record = next;
        }
        (ulong end, ulong runtime, _, UInt128[] none) = ReadRecord(records, record);
        Assert.Equal((0UL, target.ResumePointAddress), (end, runtime));
        Assert.Empty(none);
        Assert.Equal(BaseAddress + (ulong)records.Length, record + RecordBuilder.HeaderBytes);
    }

    [Fact]
    public void SystemCall_IsTheInnermostRecordWithItsArguments()
    {
        ParkedSample source = ParkedSample.Run(build, Isa.X86_64, 0);
        ThreadState state = new() { Kind = ParkKind.SystemCall, SystemCallNumber = 63 };
        for (int i = 0; i < 6; i++)
            state.SystemCallArguments[i] = ulong.MaxValue - (ulong)i;
        state.AddFrame(functionIndex: 0, siteIndex: 0, valueCount: 0);

        byte[] records = RecordBuilder.Build(state, source.Executable, BaseAddress, out ulong first);

        (ulong next, _, _, _) = ReadRecord(records, first);
        (ulong end, ulong resume, _, UInt128[] values) = ReadRecord(records, next);
        Assert.Equal((0UL, source.Executable.ResumeSystemCallAddress), (end, resume));
        Assert.Equal(
            [63, .. Enumerable.Range(0, 6).Select(i => (UInt128)(ulong.MaxValue - (ulong)i))],
            values);
    }

    [Fact]
    public void ExecutableWithoutRuntimeSymbols_IsRefused()
    {
        ParkedSample source = ParkedSample.Run(build, Isa.X86_64, 0);
        byte[] bare = new ElfBuilder(Isa.X86_64).Section(".eh_frame", 0x1000, [0, 0, 0, 0]).Write();

        BadInputException refusal = Assert.Throws<BadInputException>(
            () => IsaExecutable.Load(ObjectFiles.Elf.ElfFile.Parse(bare, "bare.elf"), source.Map));

        Assert.Equal("bare.elf: has no symbol '__pop_bottom': not built by popcorn cc, or stripped", refusal.Message);
    }

    [Fact]
    public void ExecutableWithoutUnwindTable_IsRefused()
    {
        ParkedSample source = ParkedSample.Run(build, Isa.X86_64, 0);
        byte[] bare = new ElfBuilder(Isa.X86_64).Write();

        BadInputException refusal = Assert.Throws<BadInputException>(
            () => IsaExecutable.Load(ObjectFiles.Elf.ElfFile.Parse(bare, "bare.elf"), source.Map));

        Assert.Contains("has no .eh_frame section", refusal.Message, StringComparison.Ordinal);
    }

    private static (ulong Next, ulong Resume, int Site, UInt128[] Values) ReadRecord(byte[] records, ulong address)
    {
        FieldReader reader = new(records, "records");
        reader.Seek((long)(address - BaseAddress));
        ulong next = reader.U64();
        ulong resume = reader.U64();
        int site = reader.I32();
        UInt128[] values = new UInt128[reader.U32()];
        Assert.Equal(0UL, reader.U64());
        for (int i = 0; i < values.Length; i++)
            values[i] = BinaryPrimitives.ReadUInt128LittleEndian(reader.Bytes(16));
        return (next, resume, site, values);
    }
}

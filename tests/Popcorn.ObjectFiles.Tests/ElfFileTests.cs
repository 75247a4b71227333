using System.Text;
using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;
using Popcorn.Samples;

namespace Popcorn.ObjectFiles.Tests;

public class ElfFileTests(SampleBuild build)
{
    [Theory]
    [InlineData(Isa.X86_64)]
    [InlineData(Isa.AArch64)]
    [InlineData(Isa.RiscV64)]
    public void RealExecutable_ReadsAsReadelfDoes(Isa isa)
    {
        ElfFile elf = build.Executables[isa];
        string listing = Encoding.UTF8.GetString(
            Tool.Run("llvm-readelf-19", $"-W --sections --symbols {build.PathOf(isa)}"));

        Assert.Equal(isa, elf.Isa);
        foreach (ElfSection section in elf.Sections.Skip(1))
            Assert.Contains(
                $"{section.Address:x16} {section.Offset:x6} {section.Size:x6}", listing, StringComparison.Ordinal);
        foreach (ElfSymbol symbol in elf.Symbols.All.Where(symbol => symbol.Type == ElfConstants.STT_FUNC))
            Assert.Contains($"{symbol.Value:x16}", listing, StringComparison.Ordinal);
        string buildId = Encoding.UTF8.GetString(Tool.Run("llvm-readelf-19", $"-n {build.PathOf(isa)}"));
        Assert.Contains(Convert.ToHexStringLower(elf.ReadBuildId().Span), buildId, StringComparison.Ordinal);
        Assert.Equal(20, elf.ReadBuildId().Length);
    }

    [Fact]
    public void RelocatableFile_ListsItsRelocations()
    {
        ElfFile elf = ElfFile.Open(Path.Combine(build.Directory, "aarch64.sites.o"));

        ElfSection sites = elf.FindSection(".pop.sites")!;
        ElfRelocation[] relocations = elf.RelocationsOf(sites);

        Assert.Equal(2 * (SampleProgram.Standard.Chain.Count + 1), relocations.Length);
        Assert.All(relocations, relocation => Assert.Equal(257u, relocation.Type)); // R_AARCH64_ABS64
        Assert.Equal("plain", elf.Symbols.All[(int)relocations[0].SymbolIndex].Name);
        Assert.Equal("plain.resume", elf.Symbols.All[(int)relocations[1].SymbolIndex].Name);
    }

    [Fact]
    public void LoadedBytes_AreFoundByAddress()
    {
        ElfFile elf = build.Executables[Isa.X86_64];
        Assert.True(elf.Symbols.TryFind("__pop_bottom", out ElfSymbol bottom));

        Assert.True(elf.TryReadLoaded(bottom.Value, 2, out ReadOnlyMemory<byte> code));

        Assert.Equal([0x0f, 0x0b], code.ToArray()); // ud2
        Assert.False(elf.TryReadLoaded(0x10, 2, out _));
        Assert.False(elf.TryReadLoaded(bottom.Value, int.MaxValue, out _));
    }

    [Theory]
    [InlineData(Isa.X86_64)]
    [InlineData(Isa.RiscV64)]
    public void GlobalSymbols_AreFoundWithAndWithoutTheTable(Isa isa)
    {
        ElfFile scanned = ElfFile.Open(build.PathOf(isa));
        ElfFile decoded = build.Executables[isa];
        foreach (ElfSymbol expected in decoded.Symbols.All.Where(symbol => symbol.Binding == ElfConstants.STB_GLOBAL))
        {
            Assert.True(scanned.TryFindGlobal(expected.Name, out ElfSymbol found));
            Assert.Equal(expected, found);
            Assert.True(decoded.TryFindGlobal(expected.Name, out found));
            Assert.Equal(expected, found);
        }
        Assert.False(scanned.TryFindGlobal("slot", out _));
        Assert.False(scanned.TryFindGlobal("no_such_symbol", out _));
    }

    [Fact]
    public void NearestSymbol_NamesTheFunctionAndOffset()
    {
        ElfFile elf = build.Executables[Isa.RiscV64];
        Assert.True(elf.Symbols.TryFind("framed", out ElfSymbol framed));

        Assert.Equal($"0x{framed.Value + 6:x} (framed+0x6)", elf.Symbols.Describe(framed.Value + 6));
        Assert.Equal("0x10", elf.Symbols.Describe(0x10));
    }

    [Theory]
    [InlineData(0, "not an ELF file")]
    [InlineData(4, "not a 64-bit little-endian ELF file")]
    [InlineData(18, "is none of x86_64, aarch64, riscv64")]
    public void ForeignFile_IsRefusedWithTheReason(int offset, string reason)
    {
        byte[] bytes = new ElfBuilder(Isa.X86_64).Write();
        bytes[offset] ^= 1;

        BadInputException refusal = Assert.Throws<BadInputException>(() => ElfFile.Parse(bytes, "a.out"));

        Assert.StartsWith("a.out(", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BuiltFile_IsReadBack()
    {
        byte[] bytes = new ElfBuilder(Isa.AArch64)
            .Section(".data", 0x1000, [1, 2, 3])
            .Function("f", 0x2000, 16)
            .Write();

        ElfFile elf = ElfFile.Parse(bytes, "built");

        Assert.Equal([1, 2, 3], elf.BytesOf(elf.FindSection(".data")!).ToArray());
        Assert.True(elf.Symbols.TryFind("f", out ElfSymbol f));
        Assert.Equal((0x2000UL, 16UL), (f.Value, f.Size));
        Assert.Null(elf.FindSection(".bss"));
    }

    [Fact]
    public void TruncatedOrCorruptFile_IsRefusedOrRead_NeverWorse()
    {
        byte[] small = new ElfBuilder(Isa.X86_64)
            .Section(".data", 0x1000, [1, 2, 3])
            .Section(
                ".note", 0x1000, [4, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0x47, 0x4e, 0x55, 0, 9, 9, 0, 0],
                ElfConstants.SHT_NOTE)
            .Function("f", 0x2000, 16)
            .Write();
        Assert.Equal([9, 9], ElfFile.Parse(small, "small").ReadBuildId().ToArray());

        Corruption.Try(small, ReadEverything);
        Corruption.Try(File.ReadAllBytes(build.PathOf(Isa.X86_64)), ReadEverything, corruptions: 300);
    }

    private static void ReadEverything(byte[] bytes)
    {
        ElfFile elf = ElfFile.Parse(bytes, "corrupt");
        foreach (ElfSection section in elf.Sections)
        {
            elf.BytesOf(section);
            elf.RelocationsOf(section);
        }
        elf.ReadBuildId();
        elf.TryFindGlobal("f", out _);
        elf.Symbols.TryFind("f", out _);
        elf.Symbols.Describe(0x2004);
        elf.TryReadLoaded(0x1000, 8, out _);
    }
}

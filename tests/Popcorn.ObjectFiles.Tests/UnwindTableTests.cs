using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Popcorn.Core;
using Popcorn.ObjectFiles.Dwarf;
using Popcorn.ObjectFiles.Elf;
using Popcorn.Samples;
using static Popcorn.ObjectFiles.Dwarf.DwarfConstants;

namespace Popcorn.ObjectFiles.Tests;

public partial class UnwindTableTests(SampleBuild build)
{
    private const ulong Start = 0x1000;

    /// <summary>llvm-dwarfdump prints the row that begins at each address; ours must be the same one.</summary>
    [Theory]
    [InlineData(Isa.X86_64)]
    [InlineData(Isa.AArch64)]
    [InlineData(Isa.RiscV64)]
    public void EveryRow_IsTheOneDwarfdumpPrints(Isa isa)
    {
        UnwindTable table = UnwindTable.Read(build.Executables[isa]);
        string dump = Encoding.UTF8.GetString(Tool.Run("llvm-dwarfdump-19", $"--eh-frame {build.PathOf(isa)}"));

        int rows = 0;
        foreach (Match match in RowLine().Matches(dump))
        {
            ulong pc = ulong.Parse(match.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            Assert.True(table.TryFindRow(pc, out UnwindRow? row));
            // An offset of 0 is not printed.
            long offset = long.Parse("0" + match.Groups[3].Value.TrimStart('+'), CultureInfo.InvariantCulture);
            Assert.Equal(offset, row!.CfaOffset);
            foreach (Match rule in RegisterRule().Matches(match.Groups[4].Value))
            {
                long expected = long.Parse(rule.Groups[2].Value, CultureInfo.InvariantCulture);
                Assert.Contains(row.Rules, r => r.Kind == UnwindRuleKind.AtOffset && r.Operand == expected);
            }
            Assert.Equal(RegisterRule().Count(match.Groups[4].Value), row.Rules.Count);
            rows++;
        }
        Assert.True(rows > 30, $"dwarfdump printed {rows} rows");
    }

    [Theory]
    [InlineData(Isa.X86_64)]
    [InlineData(Isa.AArch64)]
    [InlineData(Isa.RiscV64)]
    public void TableWithoutHeader_FindsTheSameRows(Isa isa)
    {
        ElfFile elf = build.Executables[isa];
        ElfSection frames = elf.FindSection(".eh_frame")!;
        UnwindTable indexed = UnwindTable.Read(elf);
        UnwindTable scanned = UnwindTable.FromSection(elf.BytesOf(frames), frames.Address, "scanned");

        int found = 0;
        ElfSection text = elf.FindSection(".text")!;
        for (ulong pc = text.Address - 16; pc < text.Address + text.Size + 16; pc++)
        {
            bool inIndexed = indexed.TryFindRow(pc, out UnwindRow? left);
            Assert.Equal(inIndexed, scanned.TryFindRow(pc, out UnwindRow? right));
            Assert.Equal(left?.CfaOffset, right?.CfaOffset);
            found += inIndexed ? 1 : 0;
        }
        Assert.True(found > 100);
    }

    [Fact]
    public void EveryInstruction_DoesWhatTheStandardSays()
    {
        FieldWriter program = new();
        program.Bytes([DW_CFA_advance_loc | 1, DW_CFA_def_cfa_offset, 16, DW_CFA_offset | 6, 2]);
        program.Bytes([DW_CFA_advance_loc1, 1, DW_CFA_def_cfa_register, 6, DW_CFA_remember_state]);
        program.Bytes([DW_CFA_advance_loc2, 1, 0, DW_CFA_def_cfa, 3, 40, DW_CFA_undefined, 6, DW_CFA_same_value, 12]);
        program.Bytes(
            [DW_CFA_advance_loc4, 1, 0, 0, 0, DW_CFA_restore_state, DW_CFA_restore | 6, DW_CFA_GNU_args_size, 32]);
        program.Bytes([DW_CFA_advance_loc | 1, DW_CFA_offset_extended, 12, 3, DW_CFA_offset_extended_sf, 13, 0x7c]);
        program.Bytes([DW_CFA_val_offset, 14, 1, DW_CFA_val_offset_sf, 15, 0x7f, DW_CFA_register, 3, 9]);
        program.Bytes([DW_CFA_advance_loc | 1, DW_CFA_def_cfa_sf, 7, 0x7e, DW_CFA_restore_extended, 12]);
        program.Bytes([DW_CFA_advance_loc | 1, DW_CFA_def_cfa_offset_sf, 0x7d, DW_CFA_nop]);
        program.Bytes([DW_CFA_advance_loc | 1, DW_CFA_def_cfa_expression, 2, DW_OP_breg0 + 7, 8]);
        program.Bytes([DW_CFA_expression, 5, 1, DW_OP_lit0, DW_CFA_val_expression, 4, 1, DW_OP_lit0 + 1]);
        byte[] section = new FrameTableBuilder(16, -8, [DW_CFA_def_cfa, 7, 8, DW_CFA_offset | 16, 1])
            .Function(Start, 100, program.Written)
            .Finish();
        UnwindTable table = UnwindTable.FromSection(section, 0, "test");

        Assert.Equal("7+8 16@-8", Describe(table, 0));
        Assert.Equal("7+16 6@-16 16@-8", Describe(table, 1));
        Assert.Equal("6+16 6@-16 16@-8", Describe(table, 2));
        Assert.Equal("3+40 6? 12= 16@-8", Describe(table, 3));
        Assert.Equal("6+16 16@-8", Describe(table, 4));
        Assert.Equal("6+16 3r9 12@-24 13@32 14+-8 15+8 16@-8", Describe(table, 5));
        Assert.Equal("7+16 3r9 13@32 14+-8 15+8 16@-8", Describe(table, 6));
        Assert.Equal("7+24 3r9 13@32 14+-8 15+8 16@-8", Describe(table, 7));
        Assert.Equal("expression 3r9 4v 5e 13@32 14+-8 15+8 16@-8", Describe(table, 99));
        Assert.False(table.TryFindRow(Start + 100, out _));
        Assert.False(table.TryFindRow(Start - 1, out _));
    }

    [Theory]
    [InlineData(new byte[] { DW_CFA_restore_state }, "restore_state without remember_state")]
    [InlineData(new byte[] { DW_CFA_AARCH64_negate_ra_state }, "instruction 0x2d is not supported")]
    [InlineData(new byte[] { DW_CFA_set_loc }, "instruction 0x01 is not supported")]
    [InlineData(new byte[] { DW_CFA_undefined, 0x80, 1 }, "register 128 does not exist")]
    public void BadInstruction_IsRefusedWithItsPlace(byte[] program, string reason)
    {
        byte[] section = new FrameTableBuilder(16, -8, []).Function(Start, 16, program).Finish();
        UnwindTable table = UnwindTable.FromSection(section, 0, "frames");

        BadInputException refusal = Assert.Throws<BadInputException>(() => table.TryFindRow(Start, out _));

        Assert.StartsWith("frames(+0x", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EndlessRememberState_IsRefused()
    {
        byte[] program = new byte[1000];
        Array.Fill(program, DW_CFA_remember_state);
        byte[] section = new FrameTableBuilder(16, -8, []).Function(Start, 16, program).Finish();

        Assert.Throws<BadInputException>(() => UnwindTable.FromSection(section, 0, "frames").TryFindRow(Start, out _));
    }

    [Theory]
    [InlineData(Isa.X86_64)]
    [InlineData(Isa.AArch64)]
    [InlineData(Isa.RiscV64)]
    public void TruncatedOrCorruptTable_IsRefusedOrRead_NeverWorse(Isa isa)
    {
        ElfFile elf = build.Executables[isa];
        ElfSection frames = elf.FindSection(".eh_frame")!;
        ElfSection header = elf.FindSection(".eh_frame_hdr")!;
        byte[] sample = elf.BytesOf(frames).ToArray();
        byte[] headerSample = elf.BytesOf(header).ToArray();

        Corruption.Try(sample, bytes => Probe(elf, UnwindTable.FromSection(bytes, frames.Address, "corrupt")), 1000);
        Corruption.Try(
            headerSample,
            bytes => Probe(elf, UnwindTable.Read(ElfFile.Parse(
                new ElfBuilder(isa)
                    .Section(".eh_frame", frames.Address, sample)
                    .Section(".eh_frame_hdr", header.Address, bytes)
                    .Write(),
                "corrupt"))),
            300);
    }

    private static void Probe(ElfFile elf, UnwindTable table)
    {
        foreach (ElfSymbol symbol in elf.Symbols.All)
        {
            if (symbol.Type != ElfConstants.STT_FUNC)
                continue;
            try
            {
                table.TryFindRow(symbol.Value, out _);
                table.TryFindRow(symbol.Value + symbol.Size - 1, out _);
            }
            catch (BadInputException)
            {
                // One bad entry must not hide what the next one does.
            }
        }
    }

    private static string Describe(UnwindTable table, uint offset)
    {
        Assert.True(table.TryFindRow(Start + offset, out UnwindRow? row));
        string cfa = row!.CfaExpression.IsEmpty ? $"{row.CfaRegister}+{row.CfaOffset}" : "expression";
        IOrderedEnumerable<UnwindRule> ordered = row.Rules.OrderBy(rule => rule.Register);
        IEnumerable<string> rules = ordered.Select(rule => rule.Register + rule.Kind switch
        {
            UnwindRuleKind.Undefined => "?",
            UnwindRuleKind.SameValue => "=",
            UnwindRuleKind.AtOffset => $"@{rule.Operand}",
            UnwindRuleKind.IsOffset => $"+{rule.Operand}",
            UnwindRuleKind.InRegister => $"r{rule.Operand}",
            UnwindRuleKind.AtExpression => "e",
            _ => "v",
        });
        return string.Join(' ', rules.Prepend(cfa));
    }

    [GeneratedRegex(@"^  0x([0-9a-f]+): CFA=(\w+?)(\+\d+)?(?:: (.*))?$", RegexOptions.Multiline)]
    private static partial Regex RowLine();

    [GeneratedRegex(@"(\w+)=\[CFA([+-]\d+)\]")]
    private static partial Regex RegisterRule();
}

using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;
using Popcorn.ObjectFiles.StackMaps;

namespace Popcorn.Compiler.Tests.Passes;

public sealed class PassCaseTests
{
    public static TheoryData<string> Cases => [.. PassCase.Names()];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case_has_the_text_it_expects(string name)
    {
        PassCase expected = PassCase.Load(name);
        string text = PortableProgram.Instrument(Portable(expected), name, expected.After);
        string[] lines = text.Split('\n');

        foreach (string present in expected.Present)
            Assert.True(
                lines.Any(l => l.Contains(present, StringComparison.Ordinal)), $"no line contains {present}\n{text}");
        foreach (string absent in expected.Absent)
            Assert.False(
                lines.Any(l => l.Contains(absent, StringComparison.Ordinal)), $"a line contains {absent}\n{text}");
        foreach ((int count, string counted) in expected.Counted)
            Assert.Equal(count, lines.Count(l => l.Contains(counted, StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Objects_of_the_three_ISAs_record_the_same_sites(string name)
    {
        PassCase expected = PassCase.Load(name);
        Dictionary<Isa, byte[]> objects = PortableProgram.Objects(Portable(expected), name, new CodegenOptions());

        Dictionary<Isa, string> sites = objects.ToDictionary(o => o.Key, o => DescribeSites(o.Value, o.Key.Name()));

        Assert.Equal(sites[Isa.X86_64], sites[Isa.AArch64]);
        Assert.Equal(sites[Isa.X86_64], sites[Isa.RiscV64]);
    }

    private static byte[] Portable(PassCase expected)
    {
        byte[] raw = PortableProgram.RawBitcode(expected.Path, expected.Level);
        return PortableProgram.Optimise(raw, Path.GetFileName(expected.Path), expected.Level, expected.Points);
    }

    /// <summary>Number and count of values of each site, sorted: code may be duplicated or ordered differently per
    /// ISA.</summary>
    private static string DescribeSites(byte[] bytes, string where)
    {
        ElfFile file = ElfFile.Parse(bytes, where);
        if (file.FindSection(StackMapSection.SectionName) is not { } section)
            return "";
        StackMapSection map = StackMapSection.Read(file.BytesOf(section).Span, where);
        SortedSet<string> lines = new(StringComparer.Ordinal);
        foreach (StackMapRecord record in map.Records)
            lines.Add($"site {record.Id}: {record.LocationCount} locations");
        return string.Join('\n', lines);
    }
}

using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;
using Popcorn.ObjectFiles.StackMaps;
using Popcorn.Samples;

namespace Popcorn.StateMap.Tests;

public class StateMapBuilderTests(SampleBuild build)
{
    private static readonly byte[] s_buildId = [0xab, 0xcd];

    [Fact]
    public void RealProgram_BuildsWithoutDiagnostics()
    {
        DiagnosticSink sink = new();

        StateMapReader map = StateMapReader.Open(StateMapBuilder.Build(build.Executables, s_buildId, sink), "map");

        Assert.Empty(sink.All);
        Assert.Equal(IsaNames.All, map.Isas);
        Assert.Equal(s_buildId, map.BuildId.ToArray());
        Assert.Equal(SampleProgram.Standard.Chain.Count + 1, map.FunctionCount);
        foreach (SampleFunction function in SampleProgram.Standard.Chain)
        {
            Assert.True(build.Executables[Isa.AArch64].Symbols.TryFind(function.Name, out ElfSymbol symbol));
            Assert.True(map.TryFindFunction(symbol.Value + 4, out StateMapFunction found));
            Assert.Equal(function.Name, map.NameOf(found.Index));
            Assert.Equal(function.Values.Select(value => value.Type), map.Site(found.Index, 0).Types);
            foreach (Isa isa in IsaNames.All)
                Assert.Single(map.ReturnPointsOf(isa, found.Index, 0));
        }
    }

    [Fact]
    public void MiniProgram_IsSoundBeforeItGetsAFlaw()
    {
        DiagnosticSink sink = new();

        StateMapReader map = StateMapReader.Open(Build(sink, program => program), "map");

        Assert.Empty(sink.All);
        Assert.True(map.TryFindReturnPoint(Isa.RiscV64, MiniProgram.FunctionAddress + 0x40, out ReturnPoint? point));
        Assert.Equal((0, 1, false), (point.FunctionIndex, point.SiteIndex, point.IsResume));
        Assert.Equal([ValueLocation.InMemory(2, 16)], point.Locations);
        Assert.True(map.TryFindReturnPoint(Isa.RiscV64, map.ResumeAddress(Isa.RiscV64, 0) + 0x60, out point));
        Assert.True(point.IsResume);
        Assert.False(map.TryFindReturnPoint(Isa.RiscV64, MiniProgram.FunctionAddress + 0x41, out _));
    }

    [Fact]
    public void DiscardedFunctions_AreLeftOut()
    {
        DiagnosticSink sink = new();

        byte[]? map = StateMapBuilder.Build(
            IsaNames.All.ToDictionary(
                isa => isa, isa => new MiniProgram(isa) { Address = 0, RecordedAddress = 0 }.Write()),
            s_buildId, sink);

        // What is left is a record of a resume function that nothing describes.
        Assert.Null(map);
        Assert.All(sink.All, diagnostic => Assert.Equal("PC0407", diagnostic.Code));
        Assert.All(sink.All, diagnostic => Assert.Contains("0x50", diagnostic.Sentence, StringComparison.Ordinal));
    }

    [Fact]
    public void MissingSections_AreNamed()
    {
        Refused("PC0401", ".pop.sites", program => program with { HasSites = false });
        Refused("PC0401", ".llvm_stackmaps", program => program with { HasStackMaps = false });
    }

    [Fact]
    public void FunctionOnOneIsaOnly_IsNamed()
    {
        Refused("PC0402", "'f' at 0x401000 has sites on x86_64, none", program => program with { Address = 0x402000 });
        Refused("PC0402", "is 'f' on x86_64 and 'g' on riscv64", program => program with { Name = "g" });
        Refused("PC0402", "share the address 0x401000", program => program with { HasTwin = true });
    }

    [Fact]
    public void DifferentSites_AreNamed()
    {
        Refused(
            "PC0403", "has 2 sites on x86_64, 1 on riscv64", program => program with { Sites = [program.Sites[0]] });
        Refused(
            "PC0404", "function 'f', site 1 (sample.c:11): is a Point on x86_64, a Call on riscv64",
            program => program with { Sites = [program.Sites[0], program.Sites[1] with { Kind = SiteKind.Call }] });
        Refused(
            "PC0405", "function 'f', site 0 (sample.c:10): has 2 live values on x86_64, 1 on riscv64",
            program => program with
            {
                Sites = [program.Sites[0] with { Values = [program.Sites[0].Values[0]] }, program.Sites[1]],
            });
        Refused(
            "PC0406", "function 'f', site 1 (sample.c:11): live value 0 is f64 on x86_64, i64 on riscv64",
            program => program with
            {
                Sites = [program.Sites[0], program.Sites[1] with { Values = [MiniProgram.Value(ValueKind.I64)] }],
            });
    }

    [Fact]
    public void StrayRecords_AreNamed()
    {
        Refused("PC0407", "belongs to no function", program => program with { RecordedAddress = 0x401010 });
        Refused(
            "PC0407", "site 2: the function has 2 sites",
            program => program with { Records = [.. program.Records, (2, 0x50, [])] });
        Refused(
            "PC0408", "recorded 2 live values on riscv64, the site has 1",
            program => program with { Records = [program.Records[0], (1, 0x40, [.. program.Records[0].Values])] });
        Refused(
            "PC0410", "is the return address of site 0 of 'f' and of site 1 of 'f'",
            program => program with { Records = [program.Records[0], program.Records[1] with { Offset = 0x20 }] });
    }

    [Theory]
    [InlineData(StackMapLocationKind.Register, 5, 0, "is in t0, which a call does not preserve")]
    [InlineData(StackMapLocationKind.Register, 8, 2, "is in the middle of s0")]
    [InlineData(StackMapLocationKind.Indirect, 10, 8, "is at an address in a0, which a call does not preserve")]
    [InlineData(StackMapLocationKind.Direct, 2, 8, "is an address in the native stack")]
    public void UnreadableLocation_IsNamed(
        StackMapLocationKind kind, int register, int offset, string reason) => Refused(
        "PC0409", reason,
        program => program with
        {
            Records = [program.Records[0], (1, 0x40, [new StackMapLocation(kind, 8, (ushort)register, offset)])],
        });

    [Theory]
    [InlineData(Isa.AArch64, 31)]
    [InlineData(Isa.RiscV64, 0)]
    public void ValueInTheRegisterThatIsZero_IsTheConstant(Isa isa, int register)
    {
        DiagnosticSink sink = new();
        StackMapLocation zero = new(StackMapLocationKind.Register, 8, (ushort)register, 0);

        byte[]? map = Build(
            sink, program => program with { Records = [program.Records[0], (1, 0x40, [zero])] }, [isa]);

        Assert.Empty(sink.All);
        Assert.True(StateMapReader.Open(map, "map").TryFindReturnPoint(
            isa, MiniProgram.FunctionAddress + 0x40, out ReturnPoint? point));
        Assert.Equal([ValueLocation.Constant(0)], point.Locations);
    }

    [Fact]
    public void WideValueInRegister_IsNamed()
    {
        DiagnosticSink sink = new();
        IReadOnlyList<(SiteKind, string, IReadOnlyList<SampleValue>)> sites =
        [
            (SiteKind.Call, "", [MiniProgram.Value(ValueKind.I128)]),
            (SiteKind.Call, "", [MiniProgram.Value(ValueKind.I1)]),
        ];

        Build(sink, program => program with
        {
            Sites = sites,
            Records = [(0, 0x20, [MiniProgram.Register(program.Isa)]), (1, 0x40, [MiniProgram.Slot(program.Isa, 8)])],
        }, IsaNames.All);

        Assert.Contains(sink.All, diagnostic => diagnostic.Code == "PC0409"
            && diagnostic.Sentence.Contains(
                "of 16 bytes is in s0, of which a call preserves 8", StringComparison.Ordinal));
    }

    /// <summary>LLVM names the address of an i128 argument that the caller passed in memory, not its value.</summary>
    [Fact]
    public void WideArgumentInMemory_IsReadWhereItLies()
    {
        DiagnosticSink sink = new();
        IReadOnlyList<(SiteKind, string, IReadOnlyList<SampleValue>)> sites =
        [
            (SiteKind.Call, "", [MiniProgram.Value(ValueKind.I128)]),
            (SiteKind.Call, "", [MiniProgram.Value(ValueKind.I1)]),
        ];

        Build(sink, program => program with
        {
            Sites = sites,
            Records =
            [
                (0, 0x20, [MiniProgram.Slot(program.Isa, 16) with { Kind = StackMapLocationKind.Direct }]),
                (1, 0x40, [MiniProgram.Slot(program.Isa, 8)]),
            ],
        }, IsaNames.All);

        Assert.DoesNotContain(sink.All, diagnostic => diagnostic.Code == "PC0409");
    }

    [Fact]
    public void OtherFlaws_AreNamed()
    {
        Refused(
            "PC0411", "'f' at 0x401000 has sites but no unwind", program => program with { HasUnwindEntry = false });
        Refused("PC0412", "was given as the riscv64 executable", program => program with { FileIsa = Isa.AArch64 });
        Refused("PC0413", "lies above 4 GiB", program => program with { ResumeAddress = 0x1_0000_0000 });
        Refused("PC0414", "has no resume function", program => program with { ResumeAddress = 0 });
    }

    [Fact]
    public void ManyDifferences_AreCutShort()
    {
        DiagnosticSink sink = new();
        IReadOnlyList<SampleValue> many = [.. Enumerable.Range(0, 100).Select(_ => MiniProgram.Value(ValueKind.I32))];
        IReadOnlyList<SampleValue> others = [.. Enumerable.Range(0, 100).Select(_ => MiniProgram.Value(ValueKind.I64))];

        Assert.Null(StateMapBuilder.Build(
            new Dictionary<Isa, ElfFile>
            {
                [Isa.X86_64] = new MiniProgram(Isa.X86_64) { Sites = [(SiteKind.Point, "", many)] }.Write(),
                [Isa.AArch64] = new MiniProgram(Isa.AArch64) { Sites = [(SiteKind.Point, "", others)] }.Write(),
            },
            s_buildId, sink));

        Assert.Equal(21, sink.All.Count);
        Assert.Equal("more differences follow and are not shown", sink.All[^1].Sentence);
    }

    [Fact]
    public void TruncatedOrCorruptSites_AreRefusedOrRead_NeverWorse()
    {
        ElfFile sound = new MiniProgram(Isa.X86_64).Write();
        ElfFile frames = sound;
        byte[] sites = sound.BytesOf(sound.FindSection(".pop.sites")!).ToArray();
        ElfSection unwind = sound.FindSection(".eh_frame")!;
        byte[] maps = sound.BytesOf(sound.FindSection(StackMapSection.SectionName)!).ToArray();

        Corruption.Try(sites, bytes => StateMapBuilder.Build(
            new Dictionary<Isa, ElfFile>
            {
                [Isa.X86_64] = ElfFile.Parse(
                    new ElfBuilder(Isa.X86_64)
                        .Section(".pop.sites", 0, bytes)
                        .Section(StackMapSection.SectionName, 0, maps)
                        .Section(".eh_frame", unwind.Address, frames.BytesOf(unwind).Span)
                        .Write(),
                    "corrupt"),
            },
            s_buildId, new DiagnosticSink()));
    }

    private static byte[]? Build(
        DiagnosticSink sink, Func<MiniProgram, MiniProgram> edit, IReadOnlyList<Isa>? edited = null)
    {
        edited ??= [Isa.RiscV64];
        Dictionary<Isa, ElfFile> linked = [];
        foreach (Isa isa in IsaNames.All)
            linked[isa] = (edited.Contains(isa) ? edit(new MiniProgram(isa)) : new MiniProgram(isa)).Write();
        return StateMapBuilder.Build(linked, s_buildId, sink);
    }

    /// <summary>A flaw in the riscv64 executable alone must be found, under its code, with words that name
    /// it.</summary>
    private static void Refused(string code, string sentence, Func<MiniProgram, MiniProgram> flaw)
    {
        DiagnosticSink sink = new();
        Assert.Null(Build(sink, flaw));
        Assert.Contains(sink.All, diagnostic => diagnostic.Code == code
            && diagnostic.Severity == DiagnosticSeverity.Error
            && diagnostic.Where.StartsWith("mini.riscv64", StringComparison.Ordinal)
            && diagnostic.Sentence.Contains(sentence, StringComparison.Ordinal));
    }
}

using Popcorn.Compiler.Link;
using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;

namespace Popcorn.Compiler.Tests.Link;

public sealed class ObjectNormaliserTests
{
    private const string Program = """
        @counter = global i32 7, section ".data.pop.counter", align 4
        @table = constant [3 x ptr] [ptr @first, ptr @second, ptr null], section ".rodata.pop.table", align 8
        @zero = global [100 x i64] zeroinitializer, section ".bss.pop.zero", align 16
        define i32 @first(i32 %a) section ".text.pop.first" align 16 {
          %v = load i32, ptr @counter
          %m = mul i32 %v, %a
          %d = sdiv i32 %m, 17
          store i32 %d, ptr @counter
          ret i32 %d
        }
        define internal i32 @second(i32 %a) section ".text.pop.second" align 16 {
          %r = call i32 @first(i32 %a)
          ret i32 %r
        }
        define void @_start() section ".text.pop._start" align 16 {
          %f = load volatile ptr, ptr getelementptr (ptr, ptr @table, i64 1)
          %r = call i32 %f(i32 3)
          store volatile i32 %r, ptr @zero
          ret void
        }
        """;

    [Fact]
    public void Common_sections_get_one_size_and_alignment()
    {
        Dictionary<Isa, ElfFile> normalised = Normalise(Program);

        string[] names =
            [".text.pop.first", ".text.pop.second", ".text.pop._start", ".data.pop.counter", ".bss.pop.zero"];
        foreach (string name in names)
        {
            Assert.Single(normalised.Values.Select(file => file.FindSection(name)!.Size).Distinct());
            Assert.Single(normalised.Values.Select(file => file.FindSection(name)!.Alignment).Distinct());
        }
    }

    [Fact]
    public void Padding_keeps_code_symbols_and_relocations()
    {
        IReadOnlyDictionary<Isa, ElfFile> originals = ThreeObjects.Generate(Program);
        Dictionary<Isa, ElfFile> normalised = Normalise(Program);

        foreach ((Isa isa, ElfFile before) in originals)
        {
            ElfFile after = normalised[isa];
            Assert.Equal(before.Symbols.All, after.Symbols.All);
            foreach (ElfSection section in before.Sections.Where(s => s.HasBytes))
            {
                ElfSection padded = after.Sections[section.Index];
                Assert.Equal(before.BytesOf(section).ToArray(), after.BytesOf(padded)[..(int)section.Size].ToArray());
                Assert.Equal(before.RelocationsOf(section), after.RelocationsOf(padded));
                Assert.Equal(0ul, padded.Offset % Math.Max(padded.Alignment, 1));
            }
        }
    }

    [Fact]
    public void Objects_with_different_common_sections_are_refused()
    {
        Dictionary<Isa, ElfFile> objects = new()
        {
            [Isa.X86_64] = ThreeObjects.Generate(Program, Isa.X86_64),
            [Isa.AArch64] = ThreeObjects.Generate(
                Program.Replace(".data.pop.counter", ".data.pop.other", StringComparison.Ordinal), Isa.AArch64),
        };
        DiagnosticSink sink = new();

        Assert.Null(ObjectNormaliser.Normalise(objects, sink));
        Assert.Contains(".data.pop.counter", Assert.Single(sink.All).Sentence, StringComparison.Ordinal);
        Assert.Equal("PC0303", sink.All[0].Code);
    }

    [Fact]
    public void Normalised_objects_link_to_equal_addresses()
    {
        Dictionary<Isa, ElfFile> linked = Link(Normalise(Program));
        DiagnosticSink sink = new();

        LayoutVerifier.Verify(linked, sink);

        Assert.Empty(sink.All);
        Assert.All(linked.Values, file =>
            Assert.True(file.Symbols.TryFind("first", out ElfSymbol symbol) && symbol.Value == 0x800000));
    }

    [Fact]
    public void The_layout_verifier_catches_objects_that_were_not_normalised()
    {
        Dictionary<Isa, ElfFile> linked = Link(ThreeObjects.Generate(Program));
        DiagnosticSink sink = new();

        LayoutVerifier.Verify(linked, sink);

        Assert.Contains(sink.All, diagnostic => diagnostic.Code == "PC0304");
        Assert.Contains(sink.All, diagnostic => diagnostic.Code == "PC0305");
    }

    [Fact]
    public void An_orphan_section_fails_the_link()
    {
        string ir = Program + "\n@odd = global i32 1, section \".odd.section\", align 4";

        Assert.ThrowsAny<Exception>(() => Link(Normalise(ir)));
    }

    private static Dictionary<Isa, ElfFile> Normalise(string ir)
    {
        DiagnosticSink sink = new();
        IReadOnlyDictionary<Isa, byte[]>? bytes = ObjectNormaliser.Normalise(ThreeObjects.Generate(ir), sink);
        Assert.Empty(sink.All);
        return bytes!.ToDictionary(
            pair => pair.Key, pair => ElfFile.Parse(pair.Value, $"normalised.o ({pair.Key.Name()})"));
    }

    private static Dictionary<Isa, ElfFile> Link(IReadOnlyDictionary<Isa, ElfFile> objects)
    {
        string folder = Directory.CreateTempSubdirectory("popcorn-test-").FullName;
        try
        {
            string script = Path.Combine(folder, "layout.ld");
            File.WriteAllText(
                script, ImageLayout.Script(ImageLayout.CommonStart(0x1000), hasTls: false, userSections: []));
            return objects.ToDictionary(pair => pair.Key, pair =>
            {
                string input = Path.Combine(folder, pair.Key.Name() + ".o");
                string output = Path.Combine(folder, pair.Key.Name());
                File.WriteAllBytes(input, pair.Value.Bytes.ToArray());
                ThreeObjects.Run(
                    "ld.lld-19", LinkerCommand.Arguments(pair.Key, script, new ContentHash(1, 2), [input], output));
                return ElfFile.Open(output);
            });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

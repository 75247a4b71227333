using Popcorn.Compiler.Link;
using Popcorn.Compiler.Tests.Driver;
using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;

namespace Popcorn.Compiler.Tests.Link;

public sealed class SectionRemoverTests
{
    [Fact]
    public void Nothing_loaded_moves_and_what_is_kept_keeps_its_bytes()
    {
        using PopcornCommand popcorn = new();
        popcorn.Write("a.c", "int main(void) { return 0; }");
        popcorn.Succeed("cc -g a.c -o app");
        foreach (Isa isa in IsaNames.All)
        {
            ElfFile before = ElfFile.Open(popcorn.PathOf($"app.popcorn/{isa.Name()}"));

            byte[] removed = SectionRemover.Remove(before, section => section.Name == ".comment");
            ElfFile after = ElfFile.Parse(removed, "after");

            Assert.Null(after.FindSection(".comment"));
            Assert.Equal(before.Sections.Count, after.Sections.Count);
            Assert.Equal(before.Segments, after.Segments);
            Assert.Equal(before.Symbols.All, after.Symbols.All);
            foreach (ElfSection section in before.Sections.Where(s => s.HasBytes && s.Name != ".comment"))
            {
                ElfSection kept = after.Sections[section.Index];
                Assert.True(before.BytesOf(section).Span.SequenceEqual(after.BytesOf(kept).Span));
            }
            Assert.True(after.Bytes.Length < before.Bytes.Length);
        }
    }

    [Fact]
    public void A_linked_program_has_no_hole_where_its_site_records_were()
    {
        using PopcornCommand popcorn = new();
        popcorn.Write("a.c", "int main(void) { return 0; }");
        popcorn.Succeed("cc a.c -o app");
        foreach (Isa isa in IsaNames.All)
        {
            ElfFile file = ElfFile.Open(popcorn.PathOf($"app.popcorn/{isa.Name()}"));
            ulong end = 0;
            foreach (ElfSection section in file.Sections.Where(s => s.HasBytes).OrderBy(s => s.Offset))
            {
                Assert.InRange(section.Offset, end, end + 0x1000);
                end = section.Offset + section.Size;
            }
        }
    }
}

using Popcorn.Compiler.Tests.Driver;
using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;

namespace Popcorn.Compiler.Tests.Link;

/// <summary>What is in a program's files, and what of it the kernel maps.</summary>
public sealed class LinkedProgramTests
{
    private const string Source = """
        #include <stdio.h>
        static int unknown(int x) { return printf("%d\n", x); }
        int main(int argc, char **argv) { for (int i = 0; i < argc + 1; i++) unknown(i); return 0; }
        """;

    [Fact]
    public void Resume_functions_and_unwind_tables_are_in_the_file_and_not_in_memory()
    {
        using PopcornCommand popcorn = new();
        popcorn.Write("a.c", Source);
        popcorn.Succeed("cc -O1 a.c -o app");
        foreach (Isa isa in IsaNames.All)
        {
            ElfFile file = ElfFile.Open(popcorn.PathOf($"app.popcorn/{isa.Name()}"));
            ElfSegment resume = Assert.Single(file.Segments, s => s.Type == ElfConstants.PT_POP_RESUME);
            ElfSection functions = file.FindSection(".text.resume")!;

            Assert.InRange(functions.Address, resume.VirtualAddress, resume.VirtualAddress + resume.MemorySize);
            Assert.False(functions.HasBytes);
            Assert.True(resume.FileSize < resume.MemorySize);
            Assert.True(PackedBytes.TryUnpack(
                file.Bytes.Slice((int)resume.Offset, (int)resume.FileSize), (long)resume.MemorySize, out _));
            // What the kernel maps has moved in the file by whole pages only.
            foreach (ElfSegment loaded in file.Segments.Where(s => s.Type == ElfConstants.PT_LOAD))
                Assert.Equal(loaded.VirtualAddress % loaded.Alignment, loaded.Offset % loaded.Alignment);
            foreach (string name in (string[])[".text.resume", ".eh_frame", ".eh_frame_hdr"])
                Assert.False(file.TryReadLoaded(file.FindSection(name)!.Address, 1, out _), name);
            Assert.True(file.TryReadLoaded(file.FindSection(".text")!.Address, 1, out _));
            Assert.True(file.Symbols.TryFind("main.resume", out ElfSymbol main));
            Assert.Equal(functions.Index, main.SectionIndex);
        }
    }

    [Fact]
    public void Jump_tables_of_resume_functions_go_with_them()
    {
        using PopcornCommand popcorn = new();
        string cases = string.Concat(
            Enumerable.Range(0, 40).Select(i => $"case {i}: r = r * {i + 3} ^ f(r + {i}); break;\n"));
        popcorn.Write("a.c", $$"""
            int f(int);
            int main(int argc, char **argv)
            {
                int r = argc;
                for (int i = 0; i < 99; i++)
                    switch (f(r)) { {{cases}} }
                return r;
            }
            """);
        popcorn.Write("b.c", "#include <unistd.h>\nint f(int x) { return usleep(0) + x % 40; }");
        popcorn.Succeed("cc -O1 a.c b.c -o app");
        ElfFile file = ElfFile.Open(popcorn.PathOf("app.popcorn/x86_64"));
        // 41 entries of 8 bytes in each, beside the functions.
        Assert.True(file.FindSection(".text.resume")!.Size > 2 * 41 * 8);
        ElfSection main = file.FindSection(".rodata")!;
        ulong runtime = RodataOf("int main(void) { return 0; }", popcorn);

        Assert.InRange(main.Size - runtime, 40ul * 8, (2ul * 40 * 8) - 1);
    }

    [Fact]
    public void Symbols_of_removed_sections_are_gone_and_stripping_leaves_what_the_agent_needs()
    {
        using PopcornCommand popcorn = new();
        popcorn.Write("a.c", Source);
        popcorn.Succeed("cc -g a.c -o whole");
        popcorn.Succeed("cc -s a.c -o stripped");
        ElfFile whole = ElfFile.Open(popcorn.PathOf("whole.popcorn/aarch64"));
        ElfFile stripped = ElfFile.Open(popcorn.PathOf("stripped.popcorn/aarch64"));

        Assert.True(whole.Symbols.TryFind("main", out ElfSymbol main) && main.IsDefined);
        Assert.DoesNotContain(whole.Symbols.All, s => s.Name.StartsWith("pop.sites.", StringComparison.Ordinal));
        Assert.All(stripped.Symbols.All.Skip(1), s => Assert.StartsWith("__pop_", s.Name));
        Assert.True(stripped.Symbols.TryFind("__pop_bottom", out _));
        Assert.Equal("0\n1\n", popcorn.Succeed("run --migrate-at 1 --ring riscv64 -- ./stripped"));
    }

    [Fact]
    public void An_installed_program_is_found_by_the_folder_where_it_was_built()
    {
        using PopcornCommand popcorn = new();
        popcorn.Write("a.c", Source);
        popcorn.Shell("mkdir tree bin");
        popcorn.Succeed("cc a.c -o tree/app");
        popcorn.Shell("install -s tree/app bin/renamed");
        Assert.Equal("0\n1\n", popcorn.Succeed("run --migrate-at 1 --ring aarch64 -- bin/renamed"));

        popcorn.Write("a.c", Source.Replace("%d", "<%d>", StringComparison.Ordinal));
        popcorn.Succeed("cc a.c -o tree/app");
        (int rebuilt, _, string whyRebuilt) = popcorn.Run("run bin/renamed");
        Assert.NotEqual(0, rebuilt);
        Assert.Contains("was built anew since", whyRebuilt, StringComparison.Ordinal);

        popcorn.Shell("rm -r tree");
        (int gone, _, string whyGone) = popcorn.Run("run bin/renamed");
        Assert.NotEqual(0, gone);
        Assert.Contains("where it was built, is gone", whyGone, StringComparison.Ordinal);
    }

    private static ulong RodataOf(string source, PopcornCommand popcorn)
    {
        popcorn.Write("c.c", source);
        popcorn.Write("d.c", "#include <unistd.h>\nint f(int x) { return usleep(0) + x % 40; }");
        popcorn.Succeed("cc -O1 -u f c.c d.c -o other");
        return ElfFile.Open(popcorn.PathOf("other.popcorn/x86_64")).FindSection(".rodata")!.Size;
    }
}

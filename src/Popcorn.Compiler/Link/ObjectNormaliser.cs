using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;

namespace Popcorn.Compiler.Link;

/// <summary>
/// Input: one module's objects for the ISAs. Output: the same, with every common section padded to the largest size and
/// alignment of them. Linked in one order, such objects give every common symbol one address on all ISAs, and no linker
/// script has to know any of them (docs/decisions/0001).
/// </summary>
internal static class ObjectNormaliser
{
    /// <param name="objects">One object for each ISA.</param>
    /// <param name="sink">Gets PC0303 when the objects do not hold the same common sections in the same order.</param>
    /// <returns>The new bytes, or null when the sink got an error.</returns>
    public static IReadOnlyDictionary<Isa, byte[]>? Normalise(
        IReadOnlyDictionary<Isa, ElfFile> objects, DiagnosticSink sink)
    {
        Dictionary<Isa, List<ElfSection>> common = [];
        foreach ((Isa isa, ElfFile file) in objects)
            common[isa] = [.. file.Sections.Where(s => s.IsLoaded && SectionPlacement.IsCommon(s.Name))];

        Isa first = objects.Keys.Min();
        foreach (Isa isa in objects.Keys)
        {
            if (!SameNames(first, common[first], isa, common[isa], objects[isa].Where, sink))
                return null;
        }

        Dictionary<Isa, Dictionary<int, SectionPatch>> patches = objects.Keys.ToDictionary(
            isa => isa, _ => new Dictionary<int, SectionPatch>());
        for (int i = 0; i < common[first].Count; i++)
        {
            ulong size = 0;
            ulong alignment = 1;
            foreach (List<ElfSection> sections in common.Values)
            {
                size = Math.Max(size, sections[i].Size);
                alignment = Math.Max(alignment, sections[i].Alignment);
            }

            // Whole alignment units, so that what follows starts alike whatever the linker aligns to.
            if (SectionPlacement.IsCommonText(common[first][i].Name))
                size = (size + 15) & ~15ul;
            foreach ((Isa isa, List<ElfSection> sections) in common)
                patches[isa][sections[i].Index] = new SectionPatch(size, alignment);
        }

        return objects.ToDictionary(pair => pair.Key, pair => ElfSectionPadder.Pad(pair.Value, patches[pair.Key]));
    }

    private static bool SameNames(
        Isa firstIsa, List<ElfSection> first, Isa isa, List<ElfSection> sections, string where, DiagnosticSink sink)
    {
        for (int i = 0; i < Math.Max(first.Count, sections.Count); i++)
        {
            string expected = i < first.Count ? first[i].Name : "none";
            string actual = i < sections.Count ? sections[i].Name : "none";
            if (expected == actual)
                continue;
            sink.Error("PC0303", where,
                $"common section {i} is {expected} on {firstIsa.Name()} and {actual} on {isa.Name()}: "
                + "the code generators disagree about what the module holds");
            return false;
        }

        return true;
    }
}

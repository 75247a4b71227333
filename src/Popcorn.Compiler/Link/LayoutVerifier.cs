using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;

namespace Popcorn.Compiler.Link;

/// <summary>
/// The last check of a link: every symbol in a common section, every common section and the bounds of captured memory
/// are the same in all executables. What it refuses would run, and break at the first migration.
/// </summary>
internal static class LayoutVerifier
{
    // Names reported before the rest is only counted.
    private const int ReportsMax = 8;

    private static readonly string[] CommonOutputs =
        [".pop.tls", ".text", ".rodata.pop", ".preinit_array", ".init_array", ".fini_array", ".data", ".bss"];

    private static readonly string[] Bounds =
    [
        "__pop_control", "__pop_data_start", "__pop_data_end", "__pop_tls_start", "__pop_tls_end", "__init_array_start",
        "__init_array_end", "__fini_array_start", "__fini_array_end", "__preinit_array_start", "__preinit_array_end",
        "__ehdr_start",
    ];

    /// <summary>Adds PC0304 (sections) and PC0305 (symbols) to the sink.</summary>
    public static void Verify(IReadOnlyDictionary<Isa, ElfFile> linked, DiagnosticSink sink)
    {
        ElfFile first = linked.MinBy(pair => pair.Key).Value;
        HashSet<(string Name, ulong Address)> firstSymbols = CommonSymbols(first);
        foreach (ElfFile other in linked.Values)
        {
            if (other == first)
                continue;
            CompareSections(first, other, sink);
            CompareSymbols(first, firstSymbols, other, sink);
        }
    }

    private static bool IsCommonOutput(string name) =>
        Array.IndexOf(CommonOutputs, name) >= 0 || SectionPlacement.IsUserSection(name);

    private static void CompareSections(ElfFile first, ElfFile other, DiagnosticSink sink)
    {
        foreach (ElfSection section in first.Sections)
        {
            if (!IsCommonOutput(section.Name))
                continue;
            ElfSection? twin = other.FindSection(section.Name);
            if (twin is not null && twin.Address == section.Address && twin.Size == section.Size)
                continue;
            string actual = twin is null ? "missing" : $"0x{twin.Address:x} with 0x{twin.Size:x} bytes";
            sink.Error("PC0304", other.Where,
                $"section {section.Name} is at 0x{section.Address:x} with 0x{section.Size:x} bytes on "
                + $"{first.Isa.Name()}, {actual} on {other.Isa.Name()}");
        }
    }

    private static void CompareSymbols(
        ElfFile first, HashSet<(string Name, ulong Address)> expected, ElfFile other, DiagnosticSink sink)
    {
        HashSet<(string Name, ulong Address)> actual = CommonSymbols(other);
        int reported = 0;
        foreach ((string name, ulong address) in expected.Except(actual).OrderBy(symbol => symbol.Address))
        {
            if (reported++ == ReportsMax)
                return;
            string where = other.Symbols.TryFind(name, out ElfSymbol twin) ? $"0x{twin.Value:x}" : "not defined";
            sink.Error("PC0305", other.Where,
                $"symbol {name} is at 0x{address:x} on {first.Isa.Name()}, {where} on {other.Isa.Name()}");
        }
    }

    private static HashSet<(string Name, ulong Address)> CommonSymbols(ElfFile file)
    {
        bool[] common = [.. file.Sections.Select(section => IsCommonOutput(section.Name))];
        HashSet<(string Name, ulong Address)> symbols = [];
        foreach (ElfSymbol symbol in file.Symbols.All)
        {
            // Local symbols are compared too: static functions have addresses that travel. Labels inside functions do
            // not.
            bool isBound = Array.IndexOf(Bounds, symbol.Name) >= 0;
            bool isObject = symbol.Type is ElfConstants.STT_FUNC or ElfConstants.STT_OBJECT
                && symbol.SectionIndex < common.Length && common[symbol.SectionIndex];
            if (isBound || isObject)
                symbols.Add((symbol.Name, symbol.Value));
        }

        return symbols;
    }
}

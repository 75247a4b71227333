namespace Popcorn.Compiler.Link;

/// <summary>A portable module: an object file, or an archive's member.</summary>
internal sealed class BitcodeModule(string display, ReadOnlyMemory<byte> bitcode, ModuleSummary summary)
    : LinkModule(display, SymbolsOf(summary))
{
    public ReadOnlyMemory<byte> Bitcode { get; } = bitcode;

    public ModuleSummary Summary { get; } = summary;

    public static bool IsBitcode(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith((ReadOnlySpan<byte>)[(byte)'B', (byte)'C', 0xc0, 0xde]);

    /// <summary>Every global name the module mentions.</summary>
    public HashSet<string> NamedSymbols() => [.. Symbols.Select(symbol => symbol.Name)];

    public override string Referrer(string symbol)
    {
        List<string> callers =
            [.. Summary.Functions.Where(f => f.Callees.Contains(symbol)).Select(f => f.Name).Take(3)];
        return callers.Count == 0 ? Display : $"{Display}:({string.Join(", ", callers)})";
    }

    private static List<LinkSymbol> SymbolsOf(ModuleSummary summary)
    {
        List<LinkSymbol> symbols = new(summary.Defined.Count + summary.Undefined.Count);
        foreach (DefinedSymbol symbol in summary.Defined)
        {
            LinkSymbolKind kind = symbol.Common ? LinkSymbolKind.Common
                : symbol.Weak ? LinkSymbolKind.WeakDefined : LinkSymbolKind.Defined;
            symbols.Add(new LinkSymbol(symbol.Name, kind));
        }

        foreach (UndefinedSymbol symbol in summary.Undefined)
            symbols.Add(
                new LinkSymbol(symbol.Name, symbol.Weak ? LinkSymbolKind.WeakUndefined : LinkSymbolKind.Undefined));
        return symbols;
    }
}

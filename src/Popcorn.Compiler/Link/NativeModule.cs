using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;

namespace Popcorn.Compiler.Link;

/// <summary>One of the runtime's objects: native code, made for each ISA from the same source.</summary>
internal sealed class NativeModule(
    string display, IReadOnlyList<LinkSymbol> symbols, ObjectFacts facts, IReadOnlyDictionary<Isa, string> paths)
    : LinkModule(display, symbols)
{
    public ObjectFacts Facts { get; } = facts;

    public IReadOnlyDictionary<Isa, string> Paths { get; } = paths;

    public override string Referrer(string symbol) => Display;

    /// <summary>Global symbols over all ISAs: what one ISA's object defines or needs, the program does.</summary>
    public static List<LinkSymbol> SymbolsOf(IEnumerable<ElfFile> objects)
    {
        Dictionary<string, LinkSymbolKind> kinds = new(StringComparer.Ordinal);
        foreach (ElfFile file in objects)
        {
            foreach (ElfSymbol symbol in file.Symbols.All)
            {
                if (symbol.Binding == ElfConstants.STB_LOCAL || symbol.Name.Length == 0)
                    continue;
                bool weak = symbol.Binding == ElfConstants.STB_WEAK;
                LinkSymbolKind kind = symbol.IsDefined
                    ? weak ? LinkSymbolKind.WeakDefined : LinkSymbolKind.Defined
                    : weak ? LinkSymbolKind.WeakUndefined : LinkSymbolKind.Undefined;
                bool known = kinds.TryGetValue(symbol.Name, out LinkSymbolKind before);
                if (!known || (before is LinkSymbolKind.WeakUndefined or LinkSymbolKind.Undefined && symbol.IsDefined))
                    kinds[symbol.Name] = kind;
            }
        }

        return [.. kinds.Select(pair => new LinkSymbol(pair.Key, pair.Value))];
    }
}

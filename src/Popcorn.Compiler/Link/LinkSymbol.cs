namespace Popcorn.Compiler.Link;

internal enum LinkSymbolKind : byte
{
    /// <summary>Referenced; someone must define it.</summary>
    Undefined,

    /// <summary>Referenced weakly: its address is 0 when nobody defines it, and no archive member is fetched for
    /// it.</summary>
    WeakUndefined,

    Defined,
    WeakDefined,

    /// <summary>A tentative definition (<c>-fcommon</c>): all of one name become one object; the code generator gives
    /// each the largest size.</summary>
    Common,
}

/// <summary>What one object says about one global name.</summary>
internal readonly record struct LinkSymbol(string Name, LinkSymbolKind Kind)
{
    public bool IsDefinition => Kind is LinkSymbolKind.Defined or LinkSymbolKind.WeakDefined or LinkSymbolKind.Common;
}

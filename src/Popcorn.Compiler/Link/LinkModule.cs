namespace Popcorn.Compiler.Link;

/// <summary>
/// One object of the link, by reference: a bitcode object, an archive's member, or one of the runtime's native objects.
/// </summary>
/// <param name="display">How messages name it: <c>main.o</c>, <c>libz.a(inflate.o)</c>.</param>
/// <param name="symbols">Its global symbols.</param>
internal abstract class LinkModule(string display, IReadOnlyList<LinkSymbol> symbols)
{
    public string Display { get; } = display;

    public IReadOnlyList<LinkSymbol> Symbols { get; } = symbols;

    /// <summary>Where the named symbol is referenced, for a message: <c>main.o:(main)</c>.</summary>
    public abstract string Referrer(string symbol);
}

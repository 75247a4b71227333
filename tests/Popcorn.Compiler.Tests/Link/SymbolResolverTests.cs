using Popcorn.Compiler.Link;
using Popcorn.Core;

namespace Popcorn.Compiler.Tests.Link;

public sealed class SymbolResolverTests
{
    [Fact]
    public void A_member_joins_only_when_it_is_needed()
    {
        SymbolResolver resolver = new();
        resolver.AddObject(Module("main.o", "D main", "U used"));
        resolver.AddArchive([Module("a(used.o)", "D used", "U deeper"), Module("a(unused.o)", "D unused")]);
        resolver.AddArchive([Module("b(deeper.o)", "D deeper")]);

        Assert.Equal(["main.o", "a(used.o)", "b(deeper.o)"], Names(resolver));
        Assert.Empty(Report(resolver));
    }

    [Fact]
    public void An_archive_before_its_user_still_offers_its_members()
    {
        SymbolResolver resolver = new();
        resolver.AddArchive([Module("a(used.o)", "D used")]);
        resolver.AddObject(Module("main.o", "D main", "U used"));

        Assert.Equal(["main.o", "a(used.o)"], Names(resolver));
    }

    [Fact]
    public void The_first_of_two_members_wins()
    {
        SymbolResolver resolver = new();
        resolver.AddObject(Module("main.o", "U f"));
        resolver.AddArchive([Module("a(1.o)", "D f"), Module("a(2.o)", "D f")]);
        resolver.AddArchive([Module("b(3.o)", "D f")]);

        Assert.Equal(["main.o", "a(1.o)"], Names(resolver));
        Assert.Empty(Report(resolver));
    }

    [Fact]
    public void A_weak_reference_fetches_nothing_and_may_stay_undefined()
    {
        SymbolResolver resolver = new();
        resolver.AddObject(Module("main.o", "w optional"));
        resolver.AddArchive([Module("a(optional.o)", "D optional")]);

        Assert.Equal(["main.o"], Names(resolver));
        Assert.Empty(Report(resolver));
    }

    [Fact]
    public void A_strong_definition_replaces_a_weak_one_and_a_common_one()
    {
        SymbolResolver resolver = new();
        LinkModule strong = Module("strong.o", "D f", "D buffer");
        resolver.AddObject(Module("weak.o", "W f", "C buffer"));
        resolver.AddObject(strong);

        Assert.True(resolver.TryGetDefiner("f", out LinkModule? definer));
        Assert.Same(strong, definer);
        Assert.True(resolver.TryGetDefiner("buffer", out definer));
        Assert.Same(strong, definer);
        Assert.Empty(Report(resolver));
    }

    [Fact]
    public void Two_strong_definitions_are_an_error_that_names_both()
    {
        SymbolResolver resolver = new();
        resolver.AddObject(Module("a.o", "D f"));
        resolver.AddObject(Module("b.o", "D f"));

        Diagnostic error = Assert.Single(Report(resolver));
        Assert.Equal("PC0301", error.Code);
        Assert.Contains("a.o", error.Sentence, StringComparison.Ordinal);
        Assert.Contains("b.o", error.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void An_undefined_symbol_is_an_error_that_names_its_users()
    {
        SymbolResolver resolver = new();
        resolver.AddObject(Module("a.o", "U missing", "U provided"));

        Diagnostic error = Assert.Single(Report(resolver, name => name == "provided"));
        Assert.Equal("PC0302", error.Code);
        Assert.Equal("undefined symbol: missing\n>>> referenced by a.o:(missing)", error.Sentence);
    }

    private static List<string> Names(SymbolResolver resolver) =>
        [.. resolver.Included.Select(module => module.Display)];

    private static IReadOnlyList<Diagnostic> Report(SymbolResolver resolver, Predicate<string>? isProvided = null)
    {
        DiagnosticSink sink = new();
        resolver.Report(isProvided ?? (_ => false), sink);
        return sink.All;
    }

    private static TestModule Module(string name, params string[] symbols) => new(name,
        [.. symbols.Select(symbol => new LinkSymbol(symbol[2..], symbol[0] switch
        {
            'D' => LinkSymbolKind.Defined,
            'W' => LinkSymbolKind.WeakDefined,
            'C' => LinkSymbolKind.Common,
            'w' => LinkSymbolKind.WeakUndefined,
            _ => LinkSymbolKind.Undefined,
        }))]);

    private sealed class TestModule(string display, IReadOnlyList<LinkSymbol> symbols) : LinkModule(display, symbols)
    {
        public override string Referrer(string symbol) => $"{Display}:({symbol})";
    }
}

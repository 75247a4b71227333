using Popcorn.Compiler.Driver;
using Popcorn.Core;

namespace Popcorn.Compiler.Link;

/// <summary>The modules a program consists of, in link order.</summary>
/// <param name="Modules">Bitcode modules: objects and members in the order in which they joined.</param>
/// <param name="Natives">The runtime unless the program has no start files, and libc's leaves that it uses.</param>
internal sealed record LinkPlan(IReadOnlyList<BitcodeModule> Modules, IReadOnlyList<NativeModule> Natives)
{
    private SymbolResolver? Resolver { get; init; }

    private const string LibcName = "libc.a";

    /// <summary>
    /// For the park analysis: libc's first, in archive order, so that where a cycle of calls inside libc is cut does
    /// not depend on the program, and libc's stock of generated objects fits.
    /// </summary>
    public IReadOnlyList<ModuleSummary> Summaries { get; } =
    [
        .. Modules.Where(IsLibc).OrderBy(module => module.Display, StringComparer.Ordinal).Select(
            module => module.Summary),
        .. Modules.Where(module => !IsLibc(module)).Select(module => module.Summary),
    ];

    public static LinkPlan? Make(
        LinkRequest request, Installation installation, ModuleLoader loader, DiagnosticSink sink)
    {
        SymbolResolver resolver = new();
        List<NativeModule> natives =
            request.StartFiles || request.StandardLibraries ? RuntimeObjects.Load(installation) : [];
        LibrarySearch search = new(request.LibraryDirectories, installation.Libraries);
        resolver.Require(request.StartFiles ? "main" : "_start");
        foreach (string symbol in request.RequiredSymbols)
            resolver.Require(symbol);
        foreach (LinkInput input in request.Inputs)
        {
            string? path = input.IsLibrary ? search.Find(input.Path) : input.Path;
            if (path is null)
                continue;
            string display = input.IsLibrary ? Path.GetFileName(path) : input.Display;
            Add(resolver, loader, path, display, input.WholeArchive);
        }

        if (request.StartFiles)
            resolver.AddObject(natives[0]);
        if (request.StandardLibraries)
        {
            resolver.AddArchive(natives.Skip(1));
            Add(resolver, loader, LibcPath(installation), LibcName, wholeArchive: false);
        }

        RequireLibcalls(resolver);

        Lazy<HashSet<string>> support = new(() => CompilerSupport.CommonNames(installation));
        resolver.Report(
            name => ImageLayout.Defines(name) || IsSectionBound(name) || support.Value.Contains(name), sink);
        return sink.HasErrors ? null : Of(resolver);
    }

    /// <summary>The plan with the archive members that define functions which turned out to be called; itself when
    /// there are none.</summary>
    public LinkPlan WithLibcalls(IEnumerable<string> names)
    {
        if (Resolver is null)
            return this;
        int before = Resolver.Included.Count;
        foreach (string name in names)
            Resolver.RequireIfOffered(name);
        RequireLibcalls(Resolver);
        return Resolver.Included.Count == before ? this : Of(Resolver);
    }

    private static LinkPlan Of(SymbolResolver resolver) =>
        new([.. resolver.Included.OfType<BitcodeModule>()], [.. resolver.Included.OfType<NativeModule>()])
        {
            Resolver = resolver,
        };

    public static string LibcPath(Installation installation)
    {
        string path = Path.Combine(installation.Libraries, LibcName);
        return File.Exists(path)
            ? path
            : throw new DriverException($"libc is not built ({path} is missing): run ./setup in the popcorn clone");
    }

    private static bool IsLibc(BitcodeModule module) =>
        module.Display.StartsWith(LibcName + "(", StringComparison.Ordinal);

    private static void Add(
        SymbolResolver resolver, ModuleLoader loader, string path, string display, bool wholeArchive)
    {
        byte[] bytes = File.ReadAllBytes(path);
        if (!Archive.IsArchive(bytes))
        {
            ModuleLoader.RefuseForeign(bytes, display);
            resolver.AddObject(loader.LoadObject(bytes, display));
            return;
        }

        List<BitcodeModule> members = loader.LoadArchive(bytes, path, display);
        if (wholeArchive)
            members.ForEach(resolver.AddObject);
        else
            resolver.AddArchive(members);
    }

    // Calls that back ends make up bring modules, which may bring more of them.
    private static void RequireLibcalls(SymbolResolver resolver)
    {
        for (int i = 0; i < resolver.Included.Count; i++)
        {
            if (resolver.Included[i] is not BitcodeModule module)
                continue;
            foreach (string name in module.Summary.PossibleLibcalls)
                resolver.RequireIfOffered(name);
        }
    }

    private static bool IsSectionBound(string name) =>
        name.StartsWith("__start_", StringComparison.Ordinal) || name.StartsWith("__stop_", StringComparison.Ordinal);
}

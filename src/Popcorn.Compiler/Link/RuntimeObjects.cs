using Popcorn.Compiler.Driver;
using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;

namespace Popcorn.Compiler.Link;

/// <summary>
/// The native runtime: <c>lib/runtime/ISA/popcorn-runtime.o</c> in the sysroot, normalised there, and an index of its
/// symbols. </summary>
internal static class RuntimeObjects
{
    public const string ObjectName = "popcorn-runtime.o";

    private const string IndexName = "index";
    private const uint IndexVersion = 1;

    /// <summary>Normalises what <c>runtime/build</c> made, from its folders into the sysroot. False when the sink got
    /// errors.</summary>
    public static bool Install(Installation installation, Func<Isa, string> builtFolder, DiagnosticSink sink)
    {
        Dictionary<Isa, string> paths = PathsIn(installation);
        foreach ((Isa isa, string path) in paths)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Copy(Path.Combine(builtFolder(isa), ObjectName), path + ".new", overwrite: true);
        }

        Dictionary<Isa, string> staged = paths.ToDictionary(pair => pair.Key, pair => pair.Value + ".new");
        List<LinkSymbol> symbols = NativeModule.SymbolsOf(staged.Select(pair => ElfFile.Open(pair.Value)));
        HashSet<string> named = [.. symbols.Select(symbol => symbol.Name)];
        if (ObjectGenerator.Normalise(staged, ObjectName, named, sink) is not ObjectFacts facts)
            return false;
        FieldWriter writer = new();
        writer.U32(IndexVersion);
        writer.Uleb128((ulong)symbols.Count);
        foreach (LinkSymbol symbol in symbols)
        {
            writer.Text(symbol.Name);
            writer.U8((byte)symbol.Kind);
        }

        writer.Bytes(facts.ToBytes());
        string index = IndexPath(installation);
        File.WriteAllBytes(index + ".new", writer.Written);
        foreach ((Isa isa, string path) in staged)
            File.Move(path, paths[isa], overwrite: true);
        File.Move(index + ".new", index, overwrite: true);
        return true;
    }

    public static NativeModule Load(Installation installation)
    {
        string index = IndexPath(installation);
        if (!File.Exists(index))
            throw new DriverException(
                $"the runtime is not built ({index} is missing): run ./setup in the popcorn clone");
        byte[] bytes = File.ReadAllBytes(index);
        FieldReader reader = new(bytes, index);
        if (reader.U32() != IndexVersion)
            throw new BadInputException(index, 0, "index of another version; run ./setup");
        List<LinkSymbol> symbols = [];
        for (ulong count = reader.Uleb128(); count > 0; count--)
            symbols.Add(new LinkSymbol(reader.Text(), (LinkSymbolKind)reader.U8()));
        ObjectFacts facts = ObjectFacts.FromBytes(bytes.AsSpan(reader.Offset), index);
        return new NativeModule(ObjectName, symbols, facts, PathsIn(installation));
    }

    private static string IndexPath(Installation installation) =>
        Path.Combine(installation.Libraries, "runtime", IndexName);

    private static Dictionary<Isa, string> PathsIn(Installation installation) =>
        IsaNames.All.ToDictionary(isa => isa, isa => Path.Combine(installation.RuntimeObjects(isa), ObjectName));
}

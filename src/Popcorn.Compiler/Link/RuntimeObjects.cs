using Popcorn.Compiler.Driver;
using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;

namespace Popcorn.Compiler.Link;

/// <summary>
/// The native objects of every program, normalised in the sysroot under <c>lib/runtime/ISA/</c>: the runtime, which is
/// always linked, and libc's leaves, which are linked like members of an archive. One index says what each defines.
/// </summary>
internal static class RuntimeObjects
{
    public const string ObjectName = "popcorn-runtime.o";

    private const string LeafFolder = "leaf";
    private const string IndexName = "index";
    private const uint IndexVersion = 2;

    /// <summary>Normalises what <c>runtime/build</c> and <c>runtime/leaf/build</c> made, from their folders into the
    /// sysroot. False when the sink got errors.</summary>
    public static bool Install(Installation installation, Func<Isa, string> builtFolder, DiagnosticSink sink)
    {
        List<string> names = [ObjectName, .. LeavesIn(builtFolder(Isa.X86_64))];
        FieldWriter index = new();
        index.U32(IndexVersion);
        index.Uleb128((ulong)names.Count);
        foreach (string name in names)
        {
            Dictionary<Isa, string> staged = PathsIn(installation, name + ".new");
            foreach ((Isa isa, string path) in staged)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.Copy(Path.Combine(builtFolder(isa), name), path, overwrite: true);
            }

            List<LinkSymbol> symbols = NativeModule.SymbolsOf(staged.Select(pair => ElfFile.Open(pair.Value)));
            HashSet<string> named = [.. symbols.Select(symbol => symbol.Name)];
            if (ObjectGenerator.Normalise(staged, name, named, sink) is not ObjectFacts facts)
                return false;
            WriteEntry(index, name, symbols, facts);
        }

        string indexPath = IndexPath(installation);
        File.WriteAllBytes(indexPath + ".new", index.Written);
        foreach (string name in names)
        {
            foreach ((Isa isa, string path) in PathsIn(installation, name))
                File.Move(PathsIn(installation, name + ".new")[isa], path, overwrite: true);
        }

        File.Move(indexPath + ".new", indexPath, overwrite: true);
        return true;
    }

    /// <summary>The runtime first, then the leaves.</summary>
    public static List<NativeModule> Load(Installation installation)
    {
        string index = IndexPath(installation);
        if (!File.Exists(index))
            throw new DriverException(
                $"the runtime is not built ({index} is missing): run ./setup in the popcorn clone");
        FieldReader reader = new(File.ReadAllBytes(index), index);
        if (reader.U32() != IndexVersion)
            throw new BadInputException(index, 0, "index of another version; run ./setup");
        List<NativeModule> modules = [];
        for (ulong count = reader.Uleb128(); count > 0; count--)
            modules.Add(ReadEntry(ref reader, installation, index));
        return modules;
    }

    private static void WriteEntry(FieldWriter index, string name, List<LinkSymbol> symbols, ObjectFacts facts)
    {
        index.Text(name);
        index.Uleb128((ulong)symbols.Count);
        foreach (LinkSymbol symbol in symbols)
        {
            index.Text(symbol.Name);
            index.U8((byte)symbol.Kind);
        }

        byte[] bytes = facts.ToBytes();
        index.Uleb128((ulong)bytes.Length);
        index.Bytes(bytes);
    }

    private static NativeModule ReadEntry(ref FieldReader reader, Installation installation, string index)
    {
        string name = reader.Text();
        List<LinkSymbol> symbols = [];
        for (ulong count = reader.Uleb128(); count > 0; count--)
            symbols.Add(new LinkSymbol(reader.Text(), (LinkSymbolKind)reader.U8()));
        ObjectFacts facts = ObjectFacts.FromBytes(reader.Bytes(checked((int)reader.Uleb128())), index);
        return new NativeModule(name, symbols, facts, PathsIn(installation, name));
    }

    // The order decides the layout, so it must not depend on the file system.
    private static IEnumerable<string> LeavesIn(string folder) =>
        Directory.EnumerateFiles(Path.Combine(folder, LeafFolder), "*.o")
            .Select(path => Path.Combine(LeafFolder, Path.GetFileName(path)))
            .Order(StringComparer.Ordinal);

    private static string IndexPath(Installation installation) =>
        Path.Combine(installation.Libraries, "runtime", IndexName);

    private static Dictionary<Isa, string> PathsIn(Installation installation, string name) =>
        IsaNames.All.ToDictionary(isa => isa, isa => Path.Combine(installation.RuntimeObjects(isa), name));
}

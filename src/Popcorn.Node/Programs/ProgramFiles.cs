using System.Text;
using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;
using Popcorn.StateMap;
using Popcorn.Transform;
using Popcorn.Wire.Control;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Programs;

/// <summary>
/// A program as <c>popcorn cc</c> left it: <c>app.popcorn/</c> with one executable per ISA and the state map.
/// Executables are read once, on first use, and kept, since a program that moved once is likely to move again.
/// </summary>
public sealed class ProgramFiles
{
    public const string FolderSuffix = ".popcorn";
    public const string StateMapName = "statemap";

    /// <summary>Section of <c>app</c> with the path of the folder that the linker put beside it.</summary>
    private const string HomeSection = ".pop.home";

    private readonly Dictionary<Isa, IsaExecutable> _executables = [];
    private StateMapReader? _map;

    private ProgramFiles(string path) => Path = path;

    /// <summary>The program as an absolute path, without <c>.popcorn</c>.</summary>
    public string Path { get; }

    public string Folder => Path + FolderSuffix;

    public StateMapReader Map => _map ??= ReadMap();

    /// <summary>
    /// Finds a program by what a user types: a path, or a name that is looked for in PATH and then in the working
    /// directory. The <c>.popcorn</c> folder itself may be named too.
    /// </summary>
    public static ProgramFiles Find(string typed)
    {
        ArgumentException.ThrowIfNullOrEmpty(typed);
        string name = System.IO.Path.TrimEndingDirectorySeparator(typed);
        if (name.EndsWith(FolderSuffix, StringComparison.Ordinal) && Directory.Exists(name))
            name = name[..^FolderSuffix.Length];
        foreach (string candidate in Candidates(name))
        {
            string path = System.IO.Path.GetFullPath(candidate);
            if (Directory.Exists(path + FolderSuffix))
                return new ProgramFiles(path);
        }
        foreach (string candidate in Candidates(name).Where(File.Exists))
        {
            string path = System.IO.Path.GetFullPath(candidate);
            if (TryReadHome(path, out string home, out ReadOnlyMemory<byte> buildId))
                return Installed(typed, path, home, buildId);
        }
        string reason = File.Exists(name)
            ? $"there is no '{name}{FolderSuffix}' beside it, so it was not built by 'popcorn cc'"
            : "no such program";
        throw new ProgramException(ProgramRefusal.NotBuiltByPopcorn, $"cannot run '{typed}': {reason}");
    }

    /// <summary>
    /// An executable that was copied away from its folder, as <c>make install</c> does: it knows where the folder was.
    /// The build id tells whether that folder still is the same program's.
    /// </summary>
    private static ProgramFiles Installed(string typed, string path, string home, ReadOnlyMemory<byte> buildId)
    {
        string beside = $"there is no '{path}{FolderSuffix}' beside it";
        string map = System.IO.Path.Combine(home, StateMapName);
        string copy = $"copy the folder that belongs to it to '{path}{FolderSuffix}'";
        if (!home.EndsWith(FolderSuffix, StringComparison.Ordinal) || !File.Exists(map))
        {
            throw new ProgramException(
                ProgramRefusal.NotBuiltByPopcorn,
                $"cannot run '{typed}': {beside}, and '{home}', where it was built, is gone: {copy}");
        }
        ProgramFiles program = new(home[..^FolderSuffix.Length]);
        return program.Map.BuildId.Span.SequenceEqual(buildId.Span)
            ? program
            : throw new ProgramException(
                ProgramRefusal.BuildDiffers,
                $"cannot run '{typed}': {beside}, and '{home}' was built anew since: install it again, or {copy}");
    }

    private static bool TryReadHome(string path, out string home, out ReadOnlyMemory<byte> buildId)
    {
        home = "";
        buildId = default;
        try
        {
            ElfFile elf = ElfFile.Open(path);
            if (elf.FindSection(HomeSection) is not ElfSection section)
                return false;
            home = Encoding.UTF8.GetString(elf.BytesOf(section).Span);
            buildId = elf.ReadBuildId();
            return true;
        }
        catch (BadInputException)
        {
            // A script, or another kind of executable.
            return false;
        }
    }

    public string ExecutablePath(Isa isa) => System.IO.Path.Combine(Folder, isa.Name());

    public bool Has(Isa isa) => File.Exists(ExecutablePath(isa));

    /// <summary>The ISAs it was built for.</summary>
    public IReadOnlyList<Isa> Isas => [.. IsaNames.All.Where(Has)];

    /// <summary>The executable of one ISA, checked to come from the same build as the state map.</summary>
    public IsaExecutable Load(Isa isa)
    {
        if (_executables.TryGetValue(isa, out IsaExecutable? loaded))
            return loaded;
        string path = ExecutablePath(isa);
        if (!File.Exists(path))
        {
            string built = string.Join(", ", Isas.Select(i => i.Name()));
            throw new ProgramException(
                ProgramRefusal.MissingIsa, $"'{Path}' has no executable for {isa.Name()}: it was built for {built}");
        }
        ElfFile elf = ElfFile.Open(path);
        if (!elf.ReadBuildId().Span.SequenceEqual(Map.BuildId.Span))
        {
            throw new ProgramException(
                ProgramRefusal.BuildDiffers,
                $"'{path}' and its state map come from different builds; build the program again");
        }
        IsaExecutable executable = IsaExecutable.Load(elf, Map);
        _executables.Add(isa, executable);
        return executable;
    }

    /// <summary>The program's data segment, page-aligned, the same on every ISA.</summary>
    public (ulong Start, ulong End) DataSegment(Isa isa)
    {
        ElfFile elf = Load(isa).Elf;
        ulong start = Address(elf, ProgramAddresses.DataStartSymbol);
        ulong end = Address(elf, ProgramAddresses.DataEndSymbol);
        return (start | end) % ProgramAddresses.PageBytes == 0 && start <= end
            ? (start, end)
            : throw new BadInputException(elf.Where, 0, $"data segment 0x{start:x}-0x{end:x} is not whole pages");
    }

    /// <summary>Sizes and checksums of all its files, for a checkpoint.</summary>
    public IReadOnlyList<FileFingerprint> Fingerprints() =>
        [.. Isas.Select(i => i.Name()).Append(StateMapName).Select(Fingerprint)];

    public FileFingerprint Fingerprint(string name)
    {
        byte[] bytes = File.ReadAllBytes(System.IO.Path.Combine(Folder, name));
        return new FileFingerprint(name, (ulong)bytes.Length, Crc32C.Of(bytes));
    }

    private static IEnumerable<string> Candidates(string name)
    {
        if (!name.Contains('/', StringComparison.Ordinal))
        {
            string path = Environment.GetEnvironmentVariable("PATH") ?? "";
            foreach (string folder in path.Split(':', StringSplitOptions.RemoveEmptyEntries))
                yield return System.IO.Path.Combine(folder, name);
        }
        yield return name;
    }

    private static ulong Address(ElfFile elf, string symbol) => elf.Symbols.TryFind(symbol, out ElfSymbol found)
        ? found.Value
        : throw new BadInputException(
            elf.Where, 0, $"symbol {symbol} is missing; the program was not linked by 'popcorn cc'");

    private StateMapReader ReadMap()
    {
        string path = System.IO.Path.Combine(Folder, StateMapName);
        return File.Exists(path)
            ? StateMapReader.Open(File.ReadAllBytes(path), path)
            : throw new ProgramException(
                ProgramRefusal.NotBuiltByPopcorn, $"'{Folder}' holds no state map; build the program again");
    }
}

using Popcorn.Compiler.Driver;
using Popcorn.Core;
using Popcorn.Llvm;

namespace Popcorn.Compiler.Link;

/// <summary>
/// Turns input files into modules with summaries. A summary is computed once for each content and kept in the cache:
/// for an object under its own hash, for an archive all members' under the archive's.
/// </summary>
internal sealed class ModuleLoader(IReadOnlyList<ObjectCache> caches)
{
    private const string SummaryFile = "summary";

    private readonly IReadOnlyList<ObjectCache> _caches = caches;

    public BitcodeModule LoadObject(ReadOnlyMemory<byte> bytes, string display)
    {
        ContentHash key = KeyOf(bytes.Span);
        ModuleSummary? summary = FindSummaries(key, count: 1)?[0];
        if (summary is null)
        {
            summary = Summarise(bytes, display);
            Store(key, [summary]);
        }

        return new BitcodeModule(display, bytes, summary);
    }

    public List<BitcodeModule> LoadArchive(ReadOnlyMemory<byte> bytes, string path, string display)
    {
        List<ArchiveMember> members = Archive.Read(bytes, path);
        foreach (ArchiveMember member in members)
            RefuseForeign(member.Bytes.Span, $"{display}({member.Name})");

        // A thin archive's own bytes do not change with its members.
        ContentHash key = KeyOf(Archive.IsThin(bytes.Span) ? AllBytes(members) : bytes.Span);
        List<ModuleSummary>? summaries = FindSummaries(key, members.Count);
        if (summaries is null)
        {
            summaries = [.. members.Select(member => Summarise(member.Bytes, $"{display}({member.Name})"))];
            Store(key, summaries);
        }

        List<BitcodeModule> modules = new(members.Count);
        for (int i = 0; i < members.Count; i++)
            modules.Add(new BitcodeModule($"{display}({members[i].Name})", members[i].Bytes, summaries[i]));
        return modules;
    }

    /// <summary>Explains what a file is that cannot be linked.</summary>
    public static void RefuseForeign(ReadOnlySpan<byte> bytes, string display)
    {
        if (BitcodeModule.IsBitcode(bytes))
            return;
        throw new DriverException(bytes.StartsWith("\u007fELF"u8)
            ? $"{display}: is native code of one machine; build it with popcorn cc"
            : $"{display}: file format not recognised (neither an object of popcorn cc nor an archive)");
    }

    private static ModuleSummary Summarise(ReadOnlyMemory<byte> bytes, string display)
    {
        try
        {
            return ModuleSummary.Read(bytes.ToArray(), display);
        }
        catch (LlvmException failure)
        {
            throw new DriverException($"{display}: {failure.Message}", failure);
        }
    }

    private static ContentHash KeyOf(ReadOnlySpan<byte> bytes) =>
        ContentHash.Combine([ContentHash.Of(bytes), ContentHash.Of("summary " + GeneratorVersion.Hash)]);

    private static byte[] AllBytes(List<ArchiveMember> members)
    {
        FieldWriter writer = new();
        foreach (ArchiveMember member in members)
            writer.Bytes(member.Bytes.Span);
        return writer.Written.ToArray();
    }

    private List<ModuleSummary>? FindSummaries(ContentHash key, int count)
    {
        string? folder = _caches.Select(cache => cache.Find(key)).FirstOrDefault(found => found is not null);
        if (folder is null)
            return null;
        try
        {
            string path = Path.Combine(folder, SummaryFile);
            FieldReader reader = new(File.ReadAllBytes(path), path);
            List<ModuleSummary> summaries = new(count);
            for (int i = 0; i < count; i++)
            {
                uint bytes = reader.U32();
                summaries.Add(ModuleSummary.FromBytes(reader.Bytes(bytes), path));
            }

            return summaries;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or BadInputException)
        {
            return null;
        }
    }

    private void Store(ContentHash key, IReadOnlyList<ModuleSummary> summaries)
    {
        if (_caches[0].Begin() is not string staging)
            return;
        FieldWriter writer = new();
        foreach (ModuleSummary summary in summaries)
        {
            byte[] bytes = summary.ToBytes();
            writer.U32((uint)bytes.Length);
            writer.Bytes(bytes);
        }

        try
        {
            File.WriteAllBytes(Path.Combine(staging, SummaryFile), writer.Written.ToArray());
        }
        catch (IOException)
        {
            ObjectCache.Discard(staging);
            return;
        }

        _caches[0].Publish(key, staging);
    }
}

using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Node.Moves;
using Popcorn.Node.Objects;
using Popcorn.Wire.Control;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Checkpoints;

/// <summary>
/// Writes the checkpoint image of parked processes. Data goes to the file while they are parked; syncing it to disk and
/// giving it its name come after, so that a reader never sees half an image and the programs wait for no disk.
/// </summary>
public sealed class ImageWriter : IDisposable
{
    private const uint OwnerOnly = 0x180; // 0600

    private readonly string _path;
    private readonly string _temporary;
    private readonly SafeFileHandle _file;
    private readonly bool _isNamed;
    private readonly UInt128 _salt;
    private readonly ImageKey? _key;
    private readonly DataWriter _data;
    private readonly PageHashes? _parentPages;
    private readonly PageHashes _aheadPages = new();
    private readonly List<MemoryRuns> _inParent = [];
    private readonly List<MemoryRuns> _ahead = [];
    private readonly List<PageRange> _unreadAhead = [];
    private IReadOnlyList<ImageRun> _parentPagesAhead = [];
    private bool _finished;

    /// <param name="path">Absolute path the image will have.</param>
    /// <param name="parent">The image to store the difference to, open for as long as this takes.</param>
    public ImageWriter(string path, ImageOptions options, ImageFile? parent)
    {
        ArgumentNullException.ThrowIfNull(options);
        // The image takes its name by rename, which would put a file in the place of a device.
        if (HostProcess.IsSpecialFile(path))
            throw new IOException($"cannot save to '{path}': it is not a regular file");
        _path = path;
        _temporary = $"{path}.{Environment.ProcessId}.partial";
        Identity = new ImageIdentity(Random128());
        _salt = options.Secret is null ? 0 : Random128();
        _key = options.Secret is null ? null : ImageKey.Derive(options.Secret, _salt, Identity);
        _parentPages = parent is null ? null : PageHashes.Of(parent);
        // The image holds the program's memory: it is for its owner alone. Without a name it leaves nothing behind even
        // if we are killed.
        SafeFileHandle? nameless = KernelFile.TryCreateNameless(Path.GetDirectoryName(path) ?? "/", OwnerOnly);
        _isNamed = nameless is null;
        _file = nameless ?? CreateNamed(_temporary);
        _data = new DataWriter(_file, ImageHeader.Bytes, options.Compression, _key);
    }

    public ImageIdentity Identity { get; }

    public long FileBytes { get; private set; }

    /// <summary>Stored, before compression.</summary>
    public long StoredBytes => _data.RawBytes;

    /// <summary>
    /// Memory of a process that still runs, so that only what it has changed need be written while it is parked. What
    /// cannot be read any more counts as zero.
    /// </summary>
    /// <param name="pid">As the program sees it.</param>
    public void WriteAhead(int index, int pid, IReadOnlyList<PageRange> pages, RemoteMemory memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        void Read(ulong address, Span<byte> buffer)
        {
            if (memory.TryRead(address, buffer, out _))
                return;
            buffer.Clear();
            lock (_unreadAhead)
                _unreadAhead.Add(new PageRange(address, address + (ulong)buffer.Length));
        }
        FoundBlocks found = _data.Write(ImageOwner.Process(index), pages, Read, (address, page) =>
        {
            if (!page.ContainsAnyExcept((byte)0))
                return BlockFate.LeftOut;
            if (_parentPages?.Has(pid, address, page) == true)
                return BlockFate.InParent;
            _aheadPages.Add(pid, address, page);
            return BlockFate.Stored;
        }, ahead: true);
        _parentPagesAhead = found.InParent;
    }

    /// <summary>Memory of a parked process.</summary>
    /// <param name="pid">As the program sees it.</param>
    /// <param name="unwritten">Pages that were given to <see cref="WriteAhead"/> and are known to be unchanged.</param>
    public void WriteMemory(
        int index, int pid, CapturedProcess captured, RemoteMemory memory, IReadOnlyList<PageRange> unwritten)
    {
        ArgumentNullException.ThrowIfNull(captured);
        ArgumentNullException.ThrowIfNull(memory);
        ArenaEntry[] files = [.. captured.Mappings.Where(m => m.IsFile)];
        IReadOnlyList<PageRange> unchanged = PageRanges.Subtract(
            PageRanges.Intersect(captured.Pages, unwritten), [.. _unreadAhead.OrderBy(r => r.Start)]);
        IReadOnlyList<ImageRun> known = [.. unchanged.Select(r => new ImageRun(r.Start, r.Bytes))];
        IReadOnlyList<ImageRun> stored = known.Count == 0 ? [] : _data.AheadRuns(ImageOwner.Process(index));
        FoundBlocks found = _data.Write(
            ImageOwner.Process(index), PageRanges.Subtract(captured.Pages, unchanged), memory.Read, (address, page) =>
            {
                if (StartsAsZero(files, address) && !page.ContainsAnyExcept((byte)0))
                    return BlockFate.LeftOut;
                if (_aheadPages.Has(pid, address, page))
                    return BlockFate.Ahead;
                return _parentPages?.Has(pid, address, page) == true ? BlockFate.InParent : BlockFate.Stored;
            });
        Note(_inParent, index, [.. found.InParent, .. DataReader.Intersect(known, _parentPagesAhead)]);
        Note(_ahead, index, [.. found.Ahead, .. DataReader.Intersect(known, stored)]);
    }

    public void WriteContents(ObjectContents contents)
    {
        ArgumentNullException.ThrowIfNull(contents);
        for (int i = 0; i < contents.Count; i++)
        {
            // Whoever reads them starts with zeros.
            _ = _data.Write(ImageOwner.Contents(i), contents.Ranges(i), contents.Source(i), static (_, block) =>
                block.ContainsAnyExcept((byte)0) ? BlockFate.Stored : BlockFate.LeftOut);
        }
    }

    /// <summary>The part for which the processes must stay parked ends with this.</summary>
    public void WriteSections(
        ImageUnit unit, IReadOnlyList<ImageProcess> processes, IReadOnlyList<ImageZombie> zombies,
        CapturedObjects objects)
    {
        ArgumentNullException.ThrowIfNull(objects);
        ArgumentNullException.ThrowIfNull(unit);
        List<ImageSection> table =
            [new ImageSection(ImageSectionKind.Data, 0, ImageHeader.Bytes, (ulong)_data.Bytes)];
        Append(table, unit.Write);
        Append(table, w =>
        {
            ImageProcess.WriteAll(w, processes);
            ImageZombie.WriteAll(w, zombies);
        });
        Append(table, w => ImageObject.WriteAll(w, objects.Objects));
        Append(table, w => ImageDescription.WriteAll(w, objects.Descriptions));
        Append(table, w =>
        {
            ImageChunk.WriteAll(w, _data.Chunks);
            MemoryRuns.WriteAll(w, _inParent);
            MemoryRuns.WriteAll(w, _ahead);
        });
        FileBytes = (long)(table[^1].Offset + table[^1].Bytes);
        ImageTraits traits = _key is null ? ImageTraits.None : ImageTraits.Encrypted;
        byte[] header = new ImageHeader((ulong)FileBytes, traits, Identity, _salt, table).Encode();
        DataWriter.RandomAccessWrite(_file, header, 0);
    }

    /// <summary>Whole, under its name; when synced it survives a power cut from here on.</summary>
    public void Finish(bool sync)
    {
        if (sync)
            KernelFile.Sync(_file);
        if (!_isNamed)
            KernelFile.Name(_file, _temporary);
        File.Move(_temporary, _path, overwrite: true);
        _file.Dispose();
        if (sync)
            HostProcess.SyncDirectory(Path.GetDirectoryName(_path) ?? "/");
        _finished = true;
    }

    public void Dispose()
    {
        _file.Dispose();
        _key?.Dispose();
        if (!_finished)
            File.Delete(_temporary);
    }

    private static void Note(List<MemoryRuns> all, int index, List<ImageRun> runs)
    {
        if (runs.Count > 0)
            all.Add(new MemoryRuns(index, DataWriter.Merge(runs)));
    }

    private static SafeFileHandle CreateNamed(string path)
    {
        using FileStream created = new(path, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.ReadWrite,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        return KernelFile.Duplicate(created.SafeFileHandle.Number());
    }

    private static UInt128 Random128() =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(RandomNumberGenerator.GetBytes(16));

    private void Append(List<ImageSection> table, Action<FieldWriter> write)
    {
        FieldWriter writer = new();
        write(writer);
        ImageSectionKind kind = (ImageSectionKind)(table.Count + 1);
        byte[] bytes = writer.Written.ToArray();
        if (_key is not null)
        {
            byte[] sealedBytes = new byte[bytes.Length + ImageKey.TagBytes];
            _key.Seal(kind, 0, bytes, sealedBytes);
            bytes = sealedBytes;
        }
        ulong offset = table[^1].Offset + table[^1].Bytes;
        DataWriter.RandomAccessWrite(_file, bytes, (long)offset);
        table.Add(new ImageSection(kind, Crc32C.Of(bytes), offset, (ulong)bytes.Length));
    }

    /// <summary>What a fresh process has there: zeros, unless it is the data segment or a page of a mapped
    /// file.</summary>
    private static bool StartsAsZero(ArenaEntry[] files, ulong address) =>
        address >= ProgramAddresses.ArenaStart && !Array.Exists(files, f => f.Start <= address && address < f.End);
}

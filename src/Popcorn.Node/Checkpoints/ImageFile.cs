using Microsoft.Win32.SafeHandles;
using Popcorn.Core;
using Popcorn.Node.Moves;
using Popcorn.Node.Programs;
using Popcorn.StateMap;
using Popcorn.Transform;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Checkpoints;

/// <summary>
/// A checkpoint image opened for reading, with the images it builds on. Data stays in the file until it is needed, and
/// its checksums are verified whenever it is read.
/// </summary>
public sealed class ImageFile : IDisposable
{
    /// <summary>Longer chains are taken for a circle.</summary>
    private const int ChainMax = 1000;

    private readonly SafeFileHandle _file;
    private readonly ImageHeader _header;
    private readonly ImageKey? _key;
    private readonly ImageChunk[] _chunks;
    private readonly MemoryRuns[] _inParent;
    private readonly MemoryRuns[] _ahead;

    private ImageFile(string path, SafeFileHandle file, ImageHeader header, byte[]? secret, bool verify)
    {
        Path = path;
        _file = file;
        _header = header;
        bool isEncrypted = (header.Traits & ImageTraits.Encrypted) != 0;
        if (isEncrypted && secret is null)
            throw new PopcornException($"'{path}' is encrypted: name its key with --key FILE");
        _key = isEncrypted ? ImageKey.Derive(secret!, header.Salt, header.Identity) : null;
        FieldReader reader = Reader(ImageSectionKind.Unit);
        Unit = ImageUnit.Read(ref reader);
        Finish(reader);
        reader = Reader(ImageSectionKind.Objects);
        Objects = ImageObject.ReadAll(ref reader);
        Finish(reader);
        reader = Reader(ImageSectionKind.Descriptions);
        Descriptions = ImageDescription.ReadAll(ref reader, Objects.Count);
        Finish(reader);
        reader = Reader(ImageSectionKind.Processes);
        Processes = ImageProcess.ReadAll(ref reader, Unit.Programs.Count, Descriptions.Count);
        Zombies = ImageZombie.ReadAll(ref reader, Processes);
        Finish(reader);
        reader = Reader(ImageSectionKind.Chunks);
        _chunks = ImageChunk.ReadAll(ref reader, Data.Bytes, Processes.Count);
        _inParent = MemoryRuns.ReadAll(ref reader, Unit.Parent is not null, Processes.Count);
        _ahead = MemoryRuns.ReadAll(ref reader, Array.Exists(_chunks, c => c.IsAhead), Processes.Count);
        Finish(reader);
        if (Data.Checksum != 0 || (verify && !HasIntactData()))
            throw Damaged(Data);
    }

    public string Path { get; }

    public ImageUnit Unit { get; }

    /// <summary>The first one first, parents before their children.</summary>
    public IReadOnlyList<ImageProcess> Processes { get; }

    public IReadOnlyList<ImageZombie> Zombies { get; }

    public IReadOnlyList<ImageObject> Objects { get; }

    public IReadOnlyList<ImageDescription> Descriptions { get; }

    /// <summary>The image this one is the difference to.</summary>
    public ImageFile? Parent { get; private set; }

    public ImageIdentity Identity => _header.Identity;

    public bool IsEncrypted => _key is not null;

    public bool IsCompressed => Array.Exists(_chunks, c => c.Coding != ChunkCoding.Plain);

    public long FileBytes => (long)_header.FileBytes;

    /// <summary>Memory stored in this file, before compression.</summary>
    public long MemoryBytes =>
        _chunks.Where(c => !c.Owner.IsContents && !c.IsAhead).Sum(c => (long)c.RawBytes) + Bytes(_ahead);

    /// <summary>Memory that is in the parent.</summary>
    public long KeptBytes => Bytes(_inParent);

    private ImageSection Data => _header.Section(ImageSectionKind.Data);

    /// <param name="verify">Read all data once now, rather than find damage only when it is used.</param>
    public static ImageFile Open(string path, byte[]? secret = null, bool verify = true)
    {
        ImageFile image = OpenAlone(path, secret, verify);
        try
        {
            ImageFile child = image;
            for (int depth = 0; child.Unit.Parent is ImageParent parent; depth++)
            {
                if (depth == ChainMax)
                    throw new BadInputException($"{path}: it builds on more than {ChainMax} images");
                child.Parent = OpenParent(child, parent, secret, verify);
                child = child.Parent;
            }
            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The programs it was taken of, after checking that none of their files changed since: resuming in other code
    /// than was running would be anybody's guess.
    /// </summary>
    public IReadOnlyList<ProgramFiles> FindPrograms() => [.. Unit.Programs.Select(FindProgram)];

    /// <summary>The threads of a process, each frame checked against its program's state map.</summary>
    public IReadOnlyList<CapturedThread> ReadThreads(ImageProcess process, StateMapReader map)
    {
        ArgumentNullException.ThrowIfNull(process);
        List<CapturedThread> threads = [];
        foreach (ImageThread image in process.Threads)
        {
            FieldReader frames = new(image.State.Span, $"{Where(ImageSectionKind.Processes)}, slot {image.Slot}");
            Popcorn.Transform.ThreadState state = new();
            ThreadStateCodec.Decode(ref frames, map, state);
            threads.Add(new CapturedThread(image.Slot, image.ThreadPointer, state));
        }
        return threads;
    }

    /// <summary>
    /// Hands over all stored memory of a process, from several threads at once, each page once and in no order.
    /// </summary>
    public void ReadMemory(int process, MemorySink sink)
    {
        ReadOwn(process, wanted: null, sink);
        ReadInherited(process, RunsOf(_inParent, process), sink);
    }

    /// <summary>Fills a buffer with a process's memory from an address on; what is not stored is zero.</summary>
    public void ReadMemory(int process, ulong address, Span<byte> buffer)
    {
        byte[] bytes = new byte[buffer.Length];
        void Fill(ulong at, ReadOnlySpan<byte> part) => part.CopyTo(bytes.AsSpan((int)(at - address)));
        ImageRun[] wanted = [new ImageRun(address, (ulong)bytes.Length)];
        ReadOwn(process, wanted, Fill);
        ReadInherited(process, DataReader.Intersect(wanted, RunsOf(_inParent, process)), Fill);
        bytes.CopyTo(buffer);
    }

    /// <summary>Fills a buffer with the contents of a kernel object; what is not stored is zero.</summary>
    public byte[] ReadContents(int number, ulong bytes)
    {
        if (bytes > (ulong)Array.MaxLength)
            throw new BadInputException($"{Path}: contents of {bytes} bytes cannot be");
        byte[] contents = new byte[bytes];
        ReadContents(number, (offset, part) =>
        {
            if (offset + (ulong)part.Length > bytes)
                throw new BadInputException($"{Path}: contents {number} are larger than {bytes} bytes");
            part.CopyTo(contents.AsSpan((int)offset));
        });
        return contents;
    }

    public void ReadContents(int number, MemorySink sink)
    {
        using DataReader reader = new(_file, (long)Data.Offset, _key, Path);
        ImageOwner owner = ImageOwner.Contents(number);
        reader.Read([.. _chunks.Where(c => c.Owner == owner)], wanted: null, sink);
    }

    public void Dispose()
    {
        _file.Dispose();
        _key?.Dispose();
        Parent?.Dispose();
    }

    private static ImageFile OpenAlone(string path, byte[]? secret, bool verify)
    {
        SafeFileHandle file = File.OpenHandle(path);
        try
        {
            byte[] start = new byte[ImageHeader.Bytes];
            int count = DataReader.ReadFully(file, start, 0);
            ulong length = (ulong)RandomAccess.GetLength(file);
            return new ImageFile(path, file, ImageHeader.Read(start.AsSpan(0, count), length, path), secret, verify);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Where it was, or beside its child: images are often moved together.</summary>
    private static ImageFile OpenParent(ImageFile child, ImageParent parent, byte[]? secret, bool verify)
    {
        string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(child.Path)) ?? "/";
        string beside = System.IO.Path.Combine(folder, System.IO.Path.GetFileName(parent.Path));
        string? found = Array.Find([beside, parent.Path], File.Exists);
        if (found is null)
        {
            throw new BadInputException(
                $"'{child.Path}' holds only what changed since '{parent.Path}', and that file is not there");
        }
        ImageFile image = OpenAlone(found, secret, verify);
        if (image.Identity == parent.Identity)
            return image;
        image.Dispose();
        throw new BadInputException(
            $"'{child.Path}' holds only what changed since '{parent.Path}', but '{found}' is another image " +
            $"({image.Identity}, not {parent.Identity})");
    }

    /// <summary>Hands over runs of a process's memory that the images before this one hold.</summary>
    private void ReadInherited(int process, IReadOnlyList<ImageRun> kept, MemorySink sink)
    {
        int pid = Processes[process].Kinship.Pid;
        for (ImageFile? image = Parent; image is not null && kept.Count > 0; image = image.Parent)
            kept = image.ReadKept(pid, kept, sink);
    }

    /// <summary>Memory of a process that is in this file itself.</summary>
    /// <param name="wanted">Ascending; null for all.</param>
    private void ReadOwn(int process, IReadOnlyList<ImageRun>? wanted, MemorySink sink)
    {
        using DataReader reader = new(_file, (long)Data.Offset, _key, Path);
        ImageOwner owner = ImageOwner.Process(process);
        IReadOnlyList<ImageRun> ahead = RunsOf(_ahead, process);
        reader.Read([.. _chunks.Where(c => c.Owner == owner && !c.IsAhead)], wanted, sink);
        reader.Read(
            [.. _chunks.Where(c => c.Owner == owner && c.IsAhead)],
            wanted is null ? ahead : DataReader.Intersect(wanted, ahead), sink);
    }

    private static IReadOnlyList<ImageRun> RunsOf(MemoryRuns[] all, int process) =>
        Array.Find(all, r => r.Process == process)?.Runs ?? [];

    private static long Bytes(MemoryRuns[] all) => all.Sum(r => r.Runs.Sum(run => (long)run.Bytes));

    /// <summary>Hands over those of the wanted runs that are here, and returns those its own parent has.</summary>
    private List<ImageRun> ReadKept(int pid, IReadOnlyList<ImageRun> wanted, MemorySink sink)
    {
        int process = 0;
        while (process < Processes.Count && Processes[process].Kinship.Pid != pid)
            process++;
        if (process == Processes.Count)
            throw new BadInputException($"{Path}: process {pid} is not in it");
        ReadOwn(process, wanted, sink);
        return DataReader.Intersect(wanted, RunsOf(_inParent, process));
    }

    private static ProgramFiles FindProgram(ImageProgram saved)
    {
        ProgramFiles program = ProgramFiles.Find(saved.Path);
        foreach (FileFingerprint expected in saved.Files)
        {
            FileFingerprint actual;
            try
            {
                actual = program.Fingerprint(expected.Name);
            }
            catch (FileNotFoundException)
            {
                throw new ProgramException(
                    ProgramRefusal.MissingIsa,
                    $"'{program.Folder}/{expected.Name}' was there when the checkpoint was taken, and is not now");
            }
            if (actual != expected)
            {
                throw new ProgramException(
                    ProgramRefusal.BuildDiffers,
                    $"'{program.Folder}/{expected.Name}' has changed since the checkpoint was taken; only the build " +
                    "that was running can go on from it");
            }
        }
        return program;
    }

    private static void Finish(in FieldReader reader)
    {
        if (reader.Remaining != 0)
            throw new BadInputException(reader.Where, reader.Offset, $"{reader.Remaining} bytes too many");
    }

    private string Where(ImageSectionKind kind) => $"{Path}({kind})";

    private FieldReader Reader(ImageSectionKind kind)
    {
        ImageSection section = _header.Section(kind);
        if (section.Bytes > int.MaxValue)
            throw new BadInputException(
                Path, (long)section.Offset, $"section {kind} of {section.Bytes} bytes cannot be");
        byte[] bytes = new byte[section.Bytes];
        int count = DataReader.ReadFully(_file, bytes, (long)section.Offset);
        if (count != bytes.Length || Crc32C.Of(bytes) != section.Checksum)
            throw Damaged(section);
        if (_key is null)
            return new FieldReader(bytes, Where(kind));
        byte[] text = new byte[Math.Max(0, bytes.Length - ImageKey.TagBytes)];
        return _key.TryOpen(kind, 0, bytes, text)
            ? new FieldReader(text, Where(kind))
            : throw new BadInputException($"{Path}: the key is not the one it was encrypted with");
    }

    private bool HasIntactData()
    {
        using DataReader reader = new(_file, (long)Data.Offset, _key, Path);
        return reader.Verify(_chunks);
    }

    private BadInputException Damaged(ImageSection section) =>
        new(Path, (long)section.Offset,
            $"the checkpoint is damaged: section {section.Kind} does not have its checksum");
}

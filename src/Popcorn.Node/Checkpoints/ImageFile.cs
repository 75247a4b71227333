using Microsoft.Win32.SafeHandles;
using Popcorn.Core;
using Popcorn.Node.Moves;
using Popcorn.Node.Programs;
using Popcorn.StateMap;
using Popcorn.Transform;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Checkpoints;

/// <summary>
/// A checkpoint image opened for reading. Opening verifies every checksum, so that a damaged image is refused before
/// anything is started; page bytes stay in the file and are read when they are sent.
/// </summary>
public sealed class ImageFile : IDisposable
{
    private const int PieceBytes = 1 << 20;

    private readonly SafeFileHandle _file;
    private readonly ImageHeader _header;
    private readonly byte[] _threads;

    private ImageFile(string path, SafeFileHandle file, ImageHeader header)
    {
        Path = path;
        _file = file;
        _header = header;
        FieldReader reader = Reader(ImageSectionKind.Program, out _);
        Program = ImageProgram.Read(ref reader);
        Finish(reader);
        _ = Reader(ImageSectionKind.Threads, out _threads);
        reader = Reader(ImageSectionKind.Mappings, out _);
        Mappings = ImageMapping.ReadAll(ref reader);
        Finish(reader);
        reader = Reader(ImageSectionKind.Descriptors, out _);
        Descriptors = ImageDescriptor.ReadAll(ref reader);
        Finish(reader);
        reader = Reader(ImageSectionKind.PageRuns, out _);
        Runs = ImagePageRun.ReadAll(ref reader, header.Section(ImageSectionKind.PageBytes).Bytes);
        Finish(reader);
        VerifyPages();
    }

    public string Path { get; }

    public ImageProgram Program { get; }

    public IReadOnlyList<ImageMapping> Mappings { get; }

    public IReadOnlyList<ImageDescriptor> Descriptors { get; }

    public IReadOnlyList<ImagePageRun> Runs { get; }

    public long FileBytes => (long)_header.FileBytes;

    public long MemoryBytes => (long)_header.Section(ImageSectionKind.PageBytes).Bytes;

    public static ImageFile Open(string path)
    {
        SafeFileHandle file = File.OpenHandle(path);
        try
        {
            byte[] start = new byte[ImageHeader.Bytes];
            int count = ReadFully(file, start, 0);
            ulong length = (ulong)RandomAccess.GetLength(file);
            return new ImageFile(path, file, ImageHeader.Read(start.AsSpan(0, count), length, path));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The program it was taken of, after checking that none of its files changed since: resuming in other code than
    /// was running would be anybody's guess.
    /// </summary>
    public ProgramFiles FindProgram()
    {
        ProgramFiles program = ProgramFiles.Find(Program.Path);
        foreach (FileFingerprint expected in Program.Files)
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

    /// <summary>The threads, each frame checked against the program's state map.</summary>
    public IReadOnlyList<CapturedThread> ReadThreads(StateMapReader map)
    {
        FieldReader reader = new(_threads, Where(ImageSectionKind.Threads));
        ImageThread[] images = ImageThread.ReadAll(ref reader);
        Finish(reader);
        if (images.Length == 0)
            throw new BadInputException(Where(ImageSectionKind.Threads), 0, "there is no thread");
        List<CapturedThread> threads = [];
        foreach (ImageThread image in images)
        {
            FieldReader frames = new(image.State.Span, $"{Where(ImageSectionKind.Threads)}, slot {image.Slot}");
            Popcorn.Transform.ThreadState state = new();
            ThreadStateCodec.Decode(ref frames, map, state);
            threads.Add(new CapturedThread(image.Slot, image.ThreadPointer, state));
        }
        return threads;
    }

    /// <summary>Copies page bytes; <paramref name="offset"/> counts from the start of the first run's.</summary>
    public void ReadPages(ulong offset, Span<byte> buffer)
    {
        ImageSection section = _header.Section(ImageSectionKind.PageBytes);
        if (ReadFully(_file, buffer, (long)(section.Offset + offset)) != buffer.Length)
            throw new BadInputException(
                Path, (long)(section.Offset + offset), "the file became shorter while it was read");
    }

    public void Dispose() => _file.Dispose();

    private static int ReadFully(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        int done = 0;
        while (done < buffer.Length)
        {
            int count = RandomAccess.Read(file, buffer[done..], offset + done);
            if (count == 0)
                break;
            done += count;
        }
        return done;
    }

    private static void Finish(in FieldReader reader)
    {
        if (reader.Remaining != 0)
            throw new BadInputException(reader.Where, reader.Offset, $"{reader.Remaining} bytes too many");
    }

    private string Where(ImageSectionKind kind) => $"{Path}({kind})";

    private FieldReader Reader(ImageSectionKind kind, out byte[] bytes)
    {
        ImageSection section = _header.Section(kind);
        if (section.Bytes > int.MaxValue)
            throw new BadInputException(
                Path, (long)section.Offset, $"section {kind} of {section.Bytes} bytes cannot be");
        bytes = new byte[section.Bytes];
        int count = ReadFully(_file, bytes, (long)section.Offset);
        if (count != bytes.Length || Crc32C.Of(bytes) != section.Checksum)
            throw Damaged(section);
        return new FieldReader(bytes, Where(kind));
    }

    private void VerifyPages()
    {
        ImageSection section = _header.Section(ImageSectionKind.PageBytes);
        byte[] piece = new byte[(int)Math.Min(PieceBytes, section.Bytes)];
        uint checksum = Crc32C.Initial;
        for (ulong done = 0; done < section.Bytes;)
        {
            Span<byte> part = piece.AsSpan(0, (int)Math.Min((ulong)piece.Length, section.Bytes - done));
            ReadPages(done, part);
            checksum = Crc32C.Append(checksum, part);
            done += (ulong)part.Length;
        }
        if (Crc32C.Finish(checksum) != section.Checksum)
            throw Damaged(section);
    }

    private BadInputException Damaged(ImageSection section) =>
        new(Path, (long)section.Offset,
            $"the checkpoint is damaged: section {section.Kind} does not have its checksum");
}

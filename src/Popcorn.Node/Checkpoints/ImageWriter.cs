using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Node.Moves;
using Popcorn.Node.Processes;
using Popcorn.Node.Programs;
using Popcorn.StateMap;
using Popcorn.Transform;
using Popcorn.Wire.Control;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Checkpoints;

/// <summary>
/// Writes the checkpoint image of a parked process. Memory goes to the file while the process is parked; syncing it to
/// disk and giving it its name come after, so that a reader never sees half an image and the program waits for no disk.
/// </summary>
public sealed class ImageWriter : IDisposable
{
    private const int PieceBytes = 1 << 20;

    private readonly string _path;
    private readonly string _temporary;
    private readonly FileStream _file;
    private bool _finished;

    /// <param name="path">Absolute path the image will have.</param>
    public ImageWriter(string path)
    {
        // The image takes its name by rename, which would put a file in the place of a device.
        if (HostProcess.IsSpecialFile(path))
            throw new IOException($"cannot save to '{path}': it is not a regular file");
        _path = path;
        _temporary = $"{path}.{Environment.ProcessId}.partial";
        // The image holds the program's memory: it is for its owner alone.
        _file = new FileStream(_temporary, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.ReadWrite,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
    }

    public long FileBytes { get; private set; }

    public long MemoryBytes { get; private set; }

    /// <summary>The part for which the process must stay parked.</summary>
    public void WriteState(
        ProgramFiles program, ProgramProcess process, CapturedProcess captured, RemoteMemory memory,
        IReadOnlyList<string> arguments, long takenAtUnixMs)
    {
        ArgumentNullException.ThrowIfNull(captured);
        List<byte[]> sections = [];
        FieldWriter writer = new();
        new ImageProgram(
            program.Path, arguments, program.Map.BuildId, program.Fingerprints(), process.Isa, (int)process.Control.Pid,
            captured.WorkingDirectory, captured.FileModeMask, takenAtUnixMs).Write(writer);
        sections.Add(Take(ref writer));
        ImageThread.WriteAll(writer, [.. captured.Threads.Select(t => Encode(t, program.Map))]);
        sections.Add(Take(ref writer));
        ImageMapping.WriteAll(
            writer,
            [.. captured.Mappings.Select(m => new ImageMapping(m, captured.Paths.GetValueOrDefault(m.Start, "")))]);
        sections.Add(Take(ref writer));
        ImageDescriptor.WriteAll(writer, [.. captured.Descriptors.Select(DescriptorRules.ForImage)]);
        sections.Add(Take(ref writer));

        // Zero pages are left out, so memory is looked through once before the table of runs has its final size. That
        // is a pass at memory speed over pages that the second one then finds in the cache.
        List<ImagePageRun> runs = FindRuns(captured, memory);
        ImagePageRun.WriteAll(writer, runs);
        sections.Add(Take(ref writer));
        WriteSections(sections, runs, memory);
    }

    /// <summary>On disk, whole, under its name; from here on it survives a power cut.</summary>
    public void Finish()
    {
        _file.Flush(flushToDisk: true);
        FileBytes = _file.Length;
        _file.Dispose();
        File.Move(_temporary, _path, overwrite: true);
        HostProcess.SyncDirectory(Path.GetDirectoryName(_path) ?? "/");
        _finished = true;
    }

    public void Dispose()
    {
        _file.Dispose();
        if (!_finished)
            File.Delete(_temporary);
    }

    private static byte[] Take(ref FieldWriter writer)
    {
        byte[] bytes = writer.Written.ToArray();
        writer = new FieldWriter();
        return bytes;
    }

    private static ImageThread Encode(CapturedThread thread, StateMapReader map)
    {
        FieldWriter writer = new();
        ThreadStateCodec.Encode(thread.State, map, writer);
        return new ImageThread(thread.Slot, thread.ThreadPointer, writer.Written.ToArray());
    }

    private List<ImagePageRun> FindRuns(CapturedProcess captured, RemoteMemory memory)
    {
        List<ImagePageRun> runs = [];
        ArenaEntry[] files = [.. captured.Mappings.Where(m => m.IsFile)];
        using PageMapping buffer = PageMapping.Anonymous(PieceBytes);
        foreach (PageRange range in captured.Pages)
        {
            for (ulong address = range.Start; address < range.End;)
            {
                int bytes = (int)Math.Min(PieceBytes, range.End - address);
                Span<byte> piece = buffer.Span[..bytes];
                memory.Read(address, piece);
                AppendRuns(runs, files, address, piece);
                address += (ulong)bytes;
            }
        }
        MemoryBytes = runs.Sum(r => (long)r.Bytes);
        return runs;
    }

    private static void AppendRuns(List<ImagePageRun> runs, ArenaEntry[] files, ulong address, ReadOnlySpan<byte> piece)
    {
        for (int offset = 0; offset < piece.Length; offset += ProgramAddresses.PageBytes)
        {
            ulong start = address + (ulong)offset;
            bool isZero = !piece.Slice(offset, ProgramAddresses.PageBytes).ContainsAnyExcept((byte)0);
            if (isZero && StartsAsZero(files, start))
                continue;
            if (runs.Count > 0 && runs[^1].Start + runs[^1].Bytes == start)
                runs[^1] = runs[^1] with { Bytes = runs[^1].Bytes + ProgramAddresses.PageBytes };
            else
                runs.Add(new ImagePageRun(start, ProgramAddresses.PageBytes));
        }
    }

    /// <summary>What a fresh process has there: zeros, unless it is the data segment or a page of a mapped
    /// file.</summary>
    private static bool StartsAsZero(ArenaEntry[] files, ulong address) =>
        address >= ProgramAddresses.ArenaStart && !Array.Exists(files, f => f.Start <= address && address < f.End);

    private void WriteSections(List<byte[]> sections, List<ImagePageRun> runs, RemoteMemory memory)
    {
        List<ImageSection> table = [];
        long offset = ImageHeader.Bytes;
        _file.Position = offset;
        foreach (byte[] section in sections)
        {
            table.Add(new ImageSection(
                (ImageSectionKind)(table.Count + 1), Crc32C.Of(section), (ulong)offset, (ulong)section.Length));
            Write(section);
            offset += section.Length;
        }
        uint checksum = Crc32C.Initial;
        using PageMapping buffer = PageMapping.Anonymous(PieceBytes);
        foreach (ImagePageRun run in runs)
        {
            for (ulong done = 0; done < run.Bytes;)
            {
                Span<byte> piece = buffer.Span[..(int)Math.Min(PieceBytes, run.Bytes - done)];
                memory.Read(run.Start + done, piece);
                checksum = Crc32C.Append(checksum, piece);
                Write(piece);
                done += (ulong)piece.Length;
            }
        }
        table.Add(new ImageSection(
            ImageSectionKind.PageBytes, Crc32C.Finish(checksum), (ulong)offset, (ulong)MemoryBytes));
        byte[] header = new ImageHeader((ulong)(offset + MemoryBytes), table).Encode();
        _file.Position = 0;
        Write(header);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _file.Write(bytes);
        }
        catch (ArgumentOutOfRangeException e)
        {
            // .NET's word for EFBIG.
            throw new IOException($"'{_path}' would be larger than the limit on file sizes allows", e);
        }
    }
}

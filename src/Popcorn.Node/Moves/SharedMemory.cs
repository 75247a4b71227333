using Microsoft.Win32.SafeHandles;
using Popcorn.Linux;
using Popcorn.Wire.Control;
using Popcorn.Wire.Image;
using Popcorn.Wire.Restore;

namespace Popcorn.Node.Moves;

/// <summary>
/// Memory without a file that the processes of a unit share. Nobody outside the unit can have it mapped, so each object
/// becomes a memory file, which all targets map. It owns the files.
/// </summary>
public sealed class SharedMemory : IDisposable
{
    public const string FileName = "popcorn-shared";

    private const int PieceBytes = 1 << 20;

    private readonly Dictionary<ulong, SharedFile> _files = [];

    /// <summary>Copies all that parked processes share.</summary>
    public static SharedMemory Copy(IEnumerable<(ProcessCapture Capture, CapturedProcess State)> processes)
    {
        ArgumentNullException.ThrowIfNull(processes);
        SharedMemory shared = new();
        try
        {
            foreach ((ProcessCapture capture, CapturedProcess state) in processes)
            {
                foreach ((ArenaEntry mapping, SharedOrigin origin) in MappingsOf(state.Mappings, state.Origins))
                    shared.Copy(mapping, origin, capture.Memory);
            }
            return shared;
        }
        catch
        {
            shared.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Lets a target map what its source has mapped, writable until memory has been filled in. What nobody has copied
    /// is zero.
    /// </summary>
    /// <param name="used">Numbers of the program's descriptors: a file is needed just until it is mapped, under a
    /// number that the program does not use.</param>
    public void Send(
        ScriptSender sender, IReadOnlyList<ArenaEntry> mappings, IReadOnlyDictionary<ulong, MappingOrigin> origins,
        IReadOnlyCollection<int> used)
    {
        ArgumentNullException.ThrowIfNull(sender);
        int number = Enumerable.Range(0, used.Count + 1).First(n => !used.Contains(n));
        foreach ((ArenaEntry mapping, SharedOrigin origin) in MappingsOf(mappings, origins))
        {
            SafeFileHandle file = FileOf(origin, mapping.Bytes).File;
            sender.SendDescriptor(file, number, closeOnExec: true);
            RestoreScriptWriter.MapDescriptor(
                sender.Frames, mapping.Start, mapping.Bytes, RestoreScript.ReadWrite, RestoreScript.MapShared,
                origin.Offset, number);
            RestoreScriptWriter.Close(sender.Frames, number);
        }
    }

    public void Dispose()
    {
        foreach (SharedFile file in _files.Values)
            file.File.Dispose();
    }

    private static IEnumerable<(ArenaEntry Mapping, SharedOrigin Origin)> MappingsOf(
        IReadOnlyList<ArenaEntry> mappings, IReadOnlyDictionary<ulong, MappingOrigin> origins) =>
        mappings
            .Select(m => (m, origins.GetValueOrDefault(m.Start) as SharedOrigin))
            .Where(m => m.Item2 is not null)!;

    /// <summary>The file of an object, large enough for a mapping.</summary>
    private SharedFile FileOf(SharedOrigin origin, ulong bytes)
    {
        if (!_files.TryGetValue(origin.Number, out SharedFile? file))
            _files.Add(origin.Number, file = new SharedFile(KernelObjects.CreateMemory(FileName, flags: 0)));
        if (origin.Offset + bytes > file.Bytes)
            KernelFile.Resize(file.File, file.Bytes = origin.Offset + bytes);
        return file;
    }

    private void Copy(ArenaEntry mapping, SharedOrigin origin, RemoteMemory memory)
    {
        SharedFile file = FileOf(origin, mapping.Bytes);
        ulong end = origin.Offset + mapping.Bytes;
        if (file.Copied.Any(r => r.Start <= origin.Offset && end <= r.End))
            return;
        // Not only the pages in this process's page tables: another one may have filled them, and ended.
        byte[] piece = new byte[Math.Min(PieceBytes, (long)mapping.Bytes)];
        for (ulong done = 0; done < mapping.Bytes;)
        {
            Span<byte> part = piece.AsSpan(0, (int)Math.Min((ulong)piece.Length, mapping.Bytes - done));
            memory.Read(mapping.Start + done, part);
            WritePages(file.File, part, (long)(origin.Offset + done));
            done += (ulong)part.Length;
        }
        file.Copied.Add(new PageRange(origin.Offset, end));
    }

    /// <summary>Pages of zeros stay holes.</summary>
    private static void WritePages(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        for (int at = 0; at < bytes.Length; at += PresentPages.PageBytes)
        {
            ReadOnlySpan<byte> page = bytes.Slice(at, PresentPages.PageBytes);
            if (page.ContainsAnyExcept((byte)0))
                RandomAccess.Write(file, page, offset + at);
        }
    }

    private sealed class SharedFile(SafeFileHandle file)
    {
        public SafeFileHandle File { get; } = file;

        public ulong Bytes { get; set; }

        public List<PageRange> Copied { get; } = [];
    }
}

using Popcorn.Linux;
using Popcorn.Wire.Control;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Moves;

/// <summary>Finds out what is mapped in a parked process, as the kernel names it.</summary>
internal static class OriginReader
{
    /// <summary>How the kernel names memory that relatives share, and device /dev/zero mapped shared.</summary>
    private const string SharedPath = "/dev/zero";

    public const string SegmentPath = "/SYSV";

    private const string DeletedSuffix = " (deleted)";

    /// <summary>What each mapping of something shows, by start address.</summary>
    public static Dictionary<ulong, MappingOrigin> Read(
        int pid, IReadOnlyList<ArenaEntry> mappings, IReadOnlyList<DescriptorFacts> descriptors)
    {
        Dictionary<ulong, MappingOrigin> origins = [];
        if (!mappings.Any(m => m.IsFile || m.IsShared))
            return origins;
        MapLine[] lines = [.. ProcessFiles.Maps(pid)];
        foreach (ArenaEntry mapping in mappings.Where(m => m.IsFile || m.IsShared))
        {
            MapLine line = Array.Find(lines, l => l.Start <= mapping.Start && mapping.Start < l.End);
            if (line.End == 0)
                throw new MoveException(MovePhase.Capture, $"nothing is mapped at 0x{mapping.Start:x}");
            origins[mapping.Start] = OriginOf(pid, mapping, line, descriptors);
        }
        return origins;
    }

    private static MappingOrigin OriginOf(
        int pid, ArenaEntry mapping, MapLine line, IReadOnlyList<DescriptorFacts> descriptors)
    {
        ulong offset = line.Offset + (mapping.Start - line.Start);
        if (line.Path.StartsWith(SegmentPath, StringComparison.Ordinal))
            return new SegmentOrigin((int)line.Inode, offset);
        bool isFile = mapping.IsFile && !line.Path.StartsWith(SharedPath, StringComparison.Ordinal);
        return mapping.IsShared && !isFile
            ? new SharedOrigin(line.Inode, offset)
            : FileOf(pid, mapping, line, descriptors);
    }

    /// <summary>No path leads to this file any more.</summary>
    public static bool IsNameless(MapLine line) => line.Path.EndsWith(DeletedSuffix, StringComparison.Ordinal)
        && !line.Path.StartsWith(SharedPath, StringComparison.Ordinal)
        && !line.Path.StartsWith(SegmentPath, StringComparison.Ordinal)
        && line.Path != $"/memfd:{SharedMemory.FileName}{DeletedSuffix}";

    /// <summary>A descriptor by which a file without a name can be mapped once more as it is mapped there; null: the
    /// process has none.</summary>
    public static int? DescriptorOf(int pid, MapLine line, IReadOnlyList<DescriptorFacts> descriptors)
    {
        const int AccessMode = 3; // O_ACCMODE
        const int WriteOnly = 1;
        const int ReadWrite = 2;
        bool isWritten = line.Permissions.Contains('w', StringComparison.Ordinal)
            && line.Permissions.Contains('s', StringComparison.Ordinal);
        foreach (DescriptorFacts descriptor in descriptors.Where(d => d.Target == line.Path))
        {
            int access = descriptor.Flags & AccessMode;
            bool isSame = KernelFile.StatusOf($"/proc/{pid}/fd/{descriptor.Number}")?.Inode == line.Inode;
            if (isSame && (isWritten ? access == ReadWrite : access != WriteOnly))
                return descriptor.Number;
        }
        return null;
    }

    private static MappingOrigin FileOf(
        int pid, ArenaEntry mapping, MapLine line, IReadOnlyList<DescriptorFacts> descriptors)
    {
        if (line.Path.StartsWith('/') && !IsNameless(line))
            return new PathOrigin(line.Path);
        return DescriptorOf(pid, line, descriptors) is int descriptor
            ? new DescriptorOrigin(descriptor)
            : throw new MoveException(
                MovePhase.Capture, $"the file mapped at 0x{mapping.Start:x} cannot be opened again ('{line.Path}')");
    }
}

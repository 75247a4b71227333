using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Wire.Control;
using Popcorn.Wire.Image;
using Popcorn.Wire.Restore;

namespace Popcorn.Node.Moves;

/// <summary>
/// System V segments that a process has attached. They are the kernel's, and a target attaches them itself; the source,
/// which is attached as well, keeps those alive that have been removed.
/// </summary>
public static class SegmentAttachment
{
    /// <summary>
    /// A segment can only be attached as a whole, where nothing else may be. So it is attached where the records will
    /// lie, and what the process has of it is taken from there.
    /// </summary>
    public static void Send(
        FieldWriter frames, IReadOnlyList<ArenaEntry> mappings, IReadOnlyDictionary<ulong, MappingOrigin> origins)
    {
        ArgumentNullException.ThrowIfNull(mappings);
        ArgumentNullException.ThrowIfNull(origins);
        var attached = mappings
            .Select(m => (Mapping: m, Origin: origins.GetValueOrDefault(m.Start) as SegmentOrigin))
            .Where(m => m.Origin is not null)
            .GroupBy(m => (Start: m.Mapping.Start - m.Origin!.Offset, m.Origin.Segment));
        foreach (var parts in attached)
        {
            bool readOnly = parts.All(p => (p.Mapping.Protection & RestoreScript.ProtectionWrite) == 0);
            ulong at = ProgramAddresses.RecordsStart;
            RestoreScriptWriter.AttachShared(frames, at, parts.Key.Segment, readOnly);
            foreach ((ArenaEntry mapping, SegmentOrigin? origin) in parts)
            {
                ulong from = at + origin!.Offset;
                RestoreScript.Remap(frames, new PageRange(from, from + mapping.Bytes), mapping.Start);
            }
            SharedSegment segment = SharedSegments.Find(parts.Key.Segment) ?? throw new LinuxCallException(
                $"System V shared memory segment {parts.Key.Segment} is not there any more");
            RestoreScript.Unmap(frames, new PageRange(at, at + segment.MappedBytes));
        }
    }
}

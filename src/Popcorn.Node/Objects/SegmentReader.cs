using Popcorn.Linux;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Objects;

/// <summary>System V shared memory that parked processes have attached. Others may have, too, and write to
/// it.</summary>
internal static class SegmentReader
{
    private const int PieceBytes = 1 << 20;

    public static SegmentObject Read(int id, ObjectContents contents)
    {
        SharedSegment segment = SharedSegments.Find(id)
            ?? throw new LinuxCallException($"System V shared memory segment {id} may not be looked at");
        AttachedSegment attached = new(segment, isWritable: false);
        int number = contents.Add(attached, segment.Bytes);
        return new SegmentObject(
            id, segment.Key, segment.Mode, segment.User, segment.Group, segment.Bytes, segment.IsRemoved,
            ChecksumOf(attached, segment.Bytes), number);
    }

    public static uint ChecksumOf(AttachedSegment attached, ulong bytes)
    {
        byte[] piece = new byte[Math.Min(PieceBytes, bytes)];
        uint crc = Crc32C.Initial;
        for (ulong done = 0; done < bytes; done += (ulong)piece.Length)
        {
            Span<byte> part = piece.AsSpan(0, (int)Math.Min((ulong)piece.Length, bytes - done));
            attached.Read(done, part);
            crc = Crc32C.Append(crc, part);
        }
        return Crc32C.Finish(crc);
    }
}

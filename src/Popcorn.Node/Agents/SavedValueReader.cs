using System.Buffers.Binary;
using Popcorn.Architecture;
using Popcorn.Node.Moves;
using Popcorn.StateMap;
using Popcorn.Transform;

namespace Popcorn.Node.Agents;

/// <summary>Fills a buffer with a program's memory from an address on.</summary>
internal delegate void MemoryReading(ulong address, Span<byte> buffer);

/// <summary>Reads what the innermost frame of a thread parked at a migration point keeps in memory.</summary>
internal static class SavedValueReader
{
    /// <returns>The <see cref="SavedArea"/> from its lowest address on; empty when the thread has none.</returns>
    internal static byte[] Read(CapturedThread thread, StateMapReader map, MemoryReading read)
    {
        if (thread.State.Kind != ParkKind.Point || thread.State.Frames.IsEmpty)
            return [];
        FrameState innermost = thread.State.Frames[0];
        SiteDetail detail = map.Detail(innermost.FunctionIndex, innermost.SiteIndex);
        SavedArea area = new(detail.Saved.Select(s => s.SizeBytes));
        byte[] bytes = new byte[area.Bytes];
        if (bytes.Length == 0)
            return bytes;
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        read(thread.ThreadPointer + unchecked((ulong)ThreadLayout.DataStackPointer), word);
        ulong pointer = BinaryPrimitives.ReadUInt64LittleEndian(word);
        read(pointer + (ulong)area.Lowest, bytes);
        return bytes;
    }
}

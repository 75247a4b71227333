using System.Buffers.Binary;
using Popcorn.Core;
using Popcorn.StateMap;

namespace Popcorn.Transform;

/// <summary>
/// Thread states as bytes, for checkpoints and for the way to another node (docs/formats/statemap.md, "Thread state").
/// A value takes as many bytes as its type has, which the state map says.
/// </summary>
public static class ThreadStateCodec
{
    private const byte Version = 1;

    public static void Encode(ThreadState state, StateMapReader map, FieldWriter writer)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(writer);
        writer.U8(Version);
        writer.U8((byte)state.Kind);
        writer.Uleb128(state.SystemCallNumber);
        foreach (ulong argument in state.SystemCallArguments)
            writer.U64(argument);
        writer.Uleb128((ulong)state.Frames.Length);
        Span<byte> bytes = stackalloc byte[LiveValueType.BytesMax];
        foreach (FrameState frame in state.Frames)
        {
            writer.Uleb128((ulong)frame.FunctionIndex);
            writer.Uleb128((ulong)frame.SiteIndex);
            IReadOnlyList<LiveValueType> types = map.Site(frame.FunctionIndex, frame.SiteIndex).Types;
            ReadOnlySpan<UInt128> values = state.ValuesOf(frame);
            Invariant.Check(types.Count == values.Length);
            for (int i = 0; i < values.Length; i++)
            {
                BinaryPrimitives.WriteUInt128LittleEndian(bytes, values[i]);
                writer.Bytes(bytes[..types[i].SizeBytes]);
            }
        }
    }

    /// <summary>Reads a state and checks every frame against the state map it will be resumed with.</summary>
    public static void Decode(ref FieldReader reader, StateMapReader map, ThreadState into)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(into);
        into.Clear();
        byte version = reader.U8();
        if (version != Version)
            throw new BadInputException(
                reader.Where, reader.Offset - 1, $"thread state version {version}, expected {Version}");
        byte kind = reader.U8();
        if (kind > (byte)ParkKind.SystemCall)
            throw new BadInputException(reader.Where, reader.Offset - 1, $"park kind {kind} is not known");
        into.Kind = (ParkKind)kind;
        into.SystemCallNumber = reader.Uleb128();
        for (int i = 0; i < into.SystemCallArguments.Length; i++)
            into.SystemCallArguments[i] = reader.U64();
        ulong frameCount = reader.Uleb128();
        if (frameCount is 0 or > ThreadState.FramesMax)
            throw new BadInputException(
                reader.Where, reader.Offset, $"{frameCount} frames, expected 1 to {ThreadState.FramesMax}");
        for (ulong i = 0; i < frameCount; i++)
            ReadFrame(ref reader, map, into, isInnermost: i == 0);
    }

    private static void ReadFrame(ref FieldReader reader, StateMapReader map, ThreadState into, bool isInnermost)
    {
        int at = reader.Offset;
        ulong functionIndex = reader.Uleb128();
        ulong siteIndex = reader.Uleb128();
        if (functionIndex >= (ulong)map.FunctionCount
            || siteIndex >= (ulong)map.Function((int)functionIndex).SiteCount)
        {
            throw new BadInputException(
                reader.Where, at, $"function {functionIndex}, site {siteIndex} is not in the state map {map.Where}");
        }
        StateMapSite site = map.Site((int)functionIndex, (int)siteIndex);
        if (isInnermost && site.Kind == SiteKind.Point != (into.Kind == ParkKind.Point))
            throw new BadInputException(
                reader.Where, at, $"innermost site is a {site.Kind}, the thread parked in a {into.Kind}");
        into.AddFrame((int)functionIndex, (int)siteIndex, site.Types.Count);
        Span<byte> bytes = stackalloc byte[LiveValueType.BytesMax];
        foreach (LiveValueType type in site.Types)
        {
            bytes.Clear();
            reader.Bytes(type.SizeBytes).CopyTo(bytes);
            into.AddValue(type.Mask(BinaryPrimitives.ReadUInt128LittleEndian(bytes)));
        }
    }
}

using Popcorn.Core;

namespace Popcorn.Wire.Image;

/// <summary>A System V shared memory segment that some process has attached; no description refers to it.</summary>
/// <param name="Id">Its number, which the program knows it by.</param>
/// <param name="Key">0 for IPC_PRIVATE.</param>
/// <param name="Checksum">CRC-32C of all of it.</param>
public sealed record SegmentObject(
    int Id, int Key, uint Mode, uint User, uint Group, ulong Bytes, bool IsRemoved, uint Checksum, int Contents)
    : ImageObject
{
    public override ImageObjectKind Kind => ImageObjectKind.Segment;

    private protected override void WriteFields(FieldWriter writer)
    {
        writer.I32(Id);
        writer.I32(Key);
        writer.U32(Mode);
        writer.U32(User);
        writer.U32(Group);
        writer.U64(Bytes);
        ImageList.WriteFlag(writer, IsRemoved);
        writer.U32(Checksum);
        writer.I32(Contents);
    }

    internal static SegmentObject Read(ref FieldReader reader) => new(
        reader.I32(), reader.I32(), reader.U32(), reader.U32(), reader.U32(), reader.U64(),
        ImageList.ReadFlag(ref reader), reader.U32(), reader.I32());
}

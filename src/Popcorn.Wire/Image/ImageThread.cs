using Popcorn.Core;

namespace Popcorn.Wire.Image;

/// <summary>
/// One thread: its slot, thread pointer, and its frames as Popcorn.Transform's ThreadStateCodec writes them.
/// The first thread is the main one.
/// </summary>
/// <param name="Nice">Difference to that of whoever started the process.</param>
/// <param name="Affinity">Allowed processors as a bit mask, empty for those of whoever started the process.</param>
public sealed record ImageThread(
    uint Slot, ulong ThreadPointer, int Nice, ReadOnlyMemory<byte> Affinity, ReadOnlyMemory<byte> State)
{
    public const int CountMax = Control.ControlLayout.SlotCount;

    public static void WriteAll(FieldWriter writer, IReadOnlyList<ImageThread> threads)
    {
        writer.Uleb128((ulong)threads.Count);
        foreach (ImageThread thread in threads)
        {
            writer.U32(thread.Slot);
            writer.U64(thread.ThreadPointer);
            writer.I32(thread.Nice);
            ImageList.WriteBytes(writer, thread.Affinity.Span);
            writer.Uleb128((ulong)thread.State.Length);
            writer.Bytes(thread.State.Span);
        }
    }

    public static ImageThread[] ReadAll(ref FieldReader reader)
    {
        ImageThread[] threads = new ImageThread[ImageList.ReadCount(ref reader, CountMax, "threads")];
        for (int i = 0; i < threads.Length; i++)
        {
            uint slot = reader.U32();
            if (slot >= CountMax)
                throw new BadInputException(reader.Where, reader.Offset - 4, $"thread slot {slot}");
            threads[i] = new ImageThread(
                slot, reader.U64(), reader.I32(), ImageList.ReadBytes(ref reader), ImageList.ReadBytes(ref reader));
        }
        return threads;
    }
}

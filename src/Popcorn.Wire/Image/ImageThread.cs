using Popcorn.Core;

namespace Popcorn.Wire.Image;

/// <summary>
/// Section 2, one thread: its slot, thread pointer, and its frames as Popcorn.Transform's ThreadStateCodec writes them.
/// The first thread is the main one.
/// </summary>
public sealed record ImageThread(uint Slot, ulong ThreadPointer, ReadOnlyMemory<byte> State)
{
    public const int CountMax = Control.ControlLayout.SlotCount;

    public static void WriteAll(FieldWriter writer, IReadOnlyList<ImageThread> threads)
    {
        writer.Uleb128((ulong)threads.Count);
        foreach (ImageThread thread in threads)
        {
            writer.U32(thread.Slot);
            writer.U64(thread.ThreadPointer);
            writer.Uleb128((ulong)thread.State.Length);
            writer.Bytes(thread.State.Span);
        }
    }

    public static ImageThread[] ReadAll(ref FieldReader reader)
    {
        ImageThread[] threads = new ImageThread[ImageProgram.ReadCount(ref reader, CountMax, "threads")];
        for (int i = 0; i < threads.Length; i++)
        {
            uint slot = reader.U32();
            if (slot >= CountMax)
                throw new BadInputException(reader.Where, reader.Offset - 4, $"thread slot {slot}");
            ulong threadPointer = reader.U64();
            ulong bytes = reader.Uleb128();
            if (bytes > (ulong)reader.Remaining)
                throw new BadInputException(reader.Where, reader.Offset, $"thread state of {bytes} bytes");
            threads[i] = new ImageThread(slot, threadPointer, reader.Bytes((long)bytes).ToArray());
        }
        return threads;
    }
}

using Popcorn.Core;
using Popcorn.Wire.Control;

namespace Popcorn.Wire.Image;

/// <summary>A range of bytes of an owner: memory of a process, or contents of a kernel object.</summary>
public readonly record struct ImageRun(ulong Start, ulong Bytes)
{
    public ulong End => Start + Bytes;
}

/// <summary>How a chunk's bytes are stored.</summary>
public enum ChunkCoding : byte
{
    Plain = 0,
    Zstd = 1,
    Lz4 = 2,
}

/// <summary>
/// Whose bytes a chunk holds: the memory of the process with that index, or, with the top bit, the contents with that
/// number.
/// </summary>
public readonly record struct ImageOwner(uint Value)
{
    private const uint ContentsBit = 1u << 31;

    public static ImageOwner Process(int index) => new((uint)index);

    public static ImageOwner Contents(int number) => new(ContentsBit | (uint)number);

    public bool IsContents => (Value & ContentsBit) != 0;

    public int Number => (int)(Value & ~ContentsBit);
}

/// <summary>Section 6, one piece of the data section: at most <see cref="RawBytesMax"/> bytes of one owner.</summary>
/// <param name="Offset">From the start of the data section.</param>
/// <param name="Checksum">CRC-32C of the stored bytes.</param>
/// <param name="IsAhead">Written before the program was parked: only what a list says of it counts.</param>
/// <param name="Runs">Ascending; their sizes add up to the raw bytes.</param>
public sealed record ImageChunk(
    ImageOwner Owner, ulong Offset, uint StoredBytes, uint Checksum, ChunkCoding Coding, bool IsAhead,
    IReadOnlyList<ImageRun> Runs)
{
    public const int RawBytesMax = 1 << 20;

    /// <summary>What sealing adds, and zstd to incompressible input at most (a bound far above both).</summary>
    public const int StoredBytesMax = RawBytesMax + RawBytesMax / 64;

    private const int CountMax = 1 << 26;

    public int RawBytes => (int)Runs.Sum(r => (long)r.Bytes);

    public void Write(FieldWriter writer)
    {
        writer.U32(Owner.Value);
        writer.U64(Offset);
        writer.U32(StoredBytes);
        writer.U32(Checksum);
        writer.U8((byte)Coding);
        ImageList.WriteFlag(writer, IsAhead);
        WriteRuns(writer, Runs);
    }

    public static ImageChunk Read(ref FieldReader reader)
    {
        int at = reader.Offset;
        ImageChunk chunk = new(
            new ImageOwner(reader.U32()), reader.U64(), reader.U32(), reader.U32(), (ChunkCoding)reader.U8(),
            ImageList.ReadFlag(ref reader), ReadRuns(ref reader));
        bool fits = chunk.Runs.All(r => r.Bytes <= RawBytesMax) && chunk.RawBytes is > 0 and <= RawBytesMax;
        if (!fits || chunk.StoredBytes > StoredBytesMax || chunk.Coding > ChunkCoding.Lz4)
            throw new BadInputException(reader.Where, at, "a chunk of impossible size or coding");
        if (!chunk.Owner.IsContents && !chunk.Runs.All(IsWholePages))
            throw new BadInputException(reader.Where, at, "a chunk of memory that is not whole pages");
        return chunk;
    }

    /// <summary>All chunks, in the order of their offsets: they fill the data section exactly.</summary>
    public static ImageChunk[] ReadAll(ref FieldReader reader, ulong dataBytes, int processes)
    {
        ImageChunk[] chunks = ImageList.Read(ref reader, CountMax, "chunks", Read);
        ulong expected = 0;
        foreach (ImageChunk chunk in chunks)
        {
            if (chunk.Offset != expected || (!chunk.Owner.IsContents && chunk.Owner.Number >= processes))
                throw new BadInputException(reader.Where, 0, $"the chunk at 0x{chunk.Offset:x} is out of place");
            expected += chunk.StoredBytes;
        }
        return expected == dataBytes
            ? chunks
            : throw new BadInputException(
                reader.Where, 0, $"chunks of {expected} bytes in a data section of {dataBytes}");
    }

    public static void WriteAll(FieldWriter writer, IReadOnlyList<ImageChunk> chunks) =>
        ImageList.Write(writer, chunks, c => c.Write(writer));

    public static void WriteRuns(FieldWriter writer, IReadOnlyList<ImageRun> runs)
    {
        ImageList.Write(writer, runs, r =>
        {
            writer.Uleb128(r.Start);
            writer.Uleb128(r.Bytes);
        });
    }

    /// <summary>Ascending, disjoint, none empty.</summary>
    public static ImageRun[] ReadRuns(ref FieldReader reader)
    {
        int at = reader.Offset;
        ImageRun[] runs = ImageList.Read(ref reader, CountMax, "runs", static (ref FieldReader r) =>
            new ImageRun(r.Uleb128(), r.Uleb128()));
        ulong end = 0;
        foreach (ImageRun run in runs)
        {
            if (run.Start < end || run.Bytes == 0 || run.Bytes > ulong.MaxValue / 2 - run.Start)
                throw new BadInputException(reader.Where, at, $"the run at 0x{run.Start:x} is out of place");
            end = run.End;
        }
        return runs;
    }

    private static bool IsWholePages(ImageRun run) =>
        (run.Start | run.Bytes) % ProgramAddresses.PageBytes == 0 && run.End <= ProgramAddresses.ArenaEnd;
}

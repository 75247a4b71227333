using Popcorn.Core;
using Popcorn.Wire.Control;

namespace Popcorn.Wire.Image;

/// <summary>
/// Section 5, one run of pages. Their bytes lie in section 6, run after run; pages of zeros are left out of both.
/// The program's data segment is among the runs.
/// </summary>
public readonly record struct ImagePageRun(ulong Start, ulong Bytes)
{
    private const int CountMax = 1 << 26;

    public static void WriteAll(FieldWriter writer, IReadOnlyList<ImagePageRun> runs)
    {
        writer.Uleb128((ulong)runs.Count);
        foreach (ImagePageRun run in runs)
        {
            writer.U64(run.Start);
            writer.U64(run.Bytes);
        }
    }

    /// <summary>Reads the runs and checks that they ascend, are whole pages, and need exactly the bytes of section
    /// 6.</summary>
    public static ImagePageRun[] ReadAll(ref FieldReader reader, ulong pageBytes)
    {
        ImagePageRun[] runs = new ImagePageRun[ImageProgram.ReadCount(ref reader, CountMax, "page runs")];
        ulong end = 0;
        ulong total = 0;
        for (int i = 0; i < runs.Length; i++)
        {
            int offset = reader.Offset;
            ImagePageRun run = new(reader.U64(), reader.U64());
            bool aligned = (run.Start | run.Bytes) % ProgramAddresses.PageBytes == 0;
            if (!aligned
                || run.Start < end || run.Bytes > ProgramAddresses.ArenaEnd || run.Start > ProgramAddresses.ArenaEnd)
                throw new BadInputException(reader.Where, offset, $"page run at 0x{run.Start:x} is out of place");
            end = run.Start + run.Bytes;
            total += run.Bytes;
            runs[i] = run;
        }
        return total == pageBytes
            ? runs
            : throw new BadInputException(reader.Where, 0, $"page runs of {total} bytes, but {pageBytes} are stored");
    }
}

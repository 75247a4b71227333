using Popcorn.Core;

namespace Popcorn.Wire.Image;

/// <summary>Memory of a process whose bytes lie elsewhere than in the chunks written while it was parked: in the parent
/// image, or in chunks written ahead.</summary>
public sealed record MemoryRuns(int Process, IReadOnlyList<ImageRun> Runs)
{
    public void Write(FieldWriter writer)
    {
        writer.Uleb128((ulong)Process);
        ImageChunk.WriteRuns(writer, Runs);
    }

    public static MemoryRuns Read(ref FieldReader reader) =>
        new((int)Math.Min(reader.Uleb128(), int.MaxValue), ImageChunk.ReadRuns(ref reader));

    /// <param name="isThere">Whether there is such an elsewhere.</param>
    public static MemoryRuns[] ReadAll(ref FieldReader reader, bool isThere, int processes)
    {
        int at = reader.Offset;
        MemoryRuns[] all = ImageList.Read(ref reader, processes, "processes with memory elsewhere", Read);
        return Array.TrueForAll(all, k => k.Process < processes) && (isThere || all.Length == 0)
            ? all
            : throw new BadInputException(reader.Where, at, "memory is said to be where there is none");
    }

    public static void WriteAll(FieldWriter writer, IReadOnlyList<MemoryRuns> all) =>
        ImageList.Write(writer, all, k => k.Write(writer));
}

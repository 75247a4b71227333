using Popcorn.Core;

namespace Popcorn.Wire.Image;

/// <summary>Memory of a process whose bytes are in the parent image, or in its parent.</summary>
public sealed record KeptRuns(int Process, IReadOnlyList<ImageRun> Runs)
{
    public void Write(FieldWriter writer)
    {
        writer.Uleb128((ulong)Process);
        ImageChunk.WriteRuns(writer, Runs);
    }

    public static KeptRuns Read(ref FieldReader reader) =>
        new((int)Math.Min(reader.Uleb128(), int.MaxValue), ImageChunk.ReadRuns(ref reader));

    /// <summary>Behind the chunks; only an image with a parent has any.</summary>
    public static KeptRuns[] ReadAll(ref FieldReader reader, bool hasParent, int processes)
    {
        int at = reader.Offset;
        KeptRuns[] all = ImageList.Read(ref reader, processes, "processes that kept memory", Read);
        return Array.TrueForAll(all, k => k.Process < processes) && (hasParent || all.Length == 0)
            ? all
            : throw new BadInputException(reader.Where, at, "memory is kept of what is not there");
    }

    public static void WriteAll(FieldWriter writer, IReadOnlyList<KeptRuns> all) =>
        ImageList.Write(writer, all, k => k.Write(writer));
}

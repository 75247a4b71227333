using Popcorn.Core;

namespace Popcorn.Wire.Image;

/// <summary>Locks that belong to an open file description.</summary>
public enum DescriptionLockKind : byte
{
    /// <summary>flock(2).</summary>
    Whole = 1,

    /// <summary>fcntl(2), F_OFD_SETLK.</summary>
    Range = 2,
}

/// <param name="Bytes">0 up to the end of the file, however far that is.</param>
public readonly record struct DescriptionLock(DescriptionLockKind Kind, bool Exclusive, ulong Start, ulong Bytes);

/// <summary>Section 5, one open file description: what dup'ed descriptors, of one process or several, share.</summary>
/// <param name="ObjectIndex">Index into the image's objects.</param>
/// <param name="Flags">Open flags as asm-generic spells them, without those that only act on opening.</param>
public sealed record ImageDescription(
    int ObjectIndex, uint Flags, ulong Position, IReadOnlyList<DescriptionLock> Locks)
{
    public const int CountMax = 1 << 20;

    // asm-generic/fcntl.h: O_ACCMODE.
    private const uint AccessModes = 3;

    public bool CanRead => (Flags & AccessModes) != 1;

    public bool CanWrite => (Flags & AccessModes) != 0;

    public void Write(FieldWriter writer)
    {
        writer.Uleb128((ulong)ObjectIndex);
        writer.U32(Flags);
        writer.U64(Position);
        ImageList.Write(writer, Locks, l =>
        {
            writer.U8((byte)l.Kind);
            ImageList.WriteFlag(writer, l.Exclusive);
            writer.U64(l.Start);
            writer.U64(l.Bytes);
        });
    }

    public static ImageDescription Read(ref FieldReader reader) => new(
        (int)Math.Min(reader.Uleb128(), int.MaxValue),
        reader.U32(),
        reader.U64(),
        ImageList.Read(ref reader, CountMax, "locks", static (ref FieldReader r) =>
            new DescriptionLock((DescriptionLockKind)r.U8(), ImageList.ReadFlag(ref r), r.U64(), r.U64())));

    public static ImageDescription[] ReadAll(ref FieldReader reader, int objects)
    {
        ImageDescription[] all = ImageList.Read(ref reader, CountMax, "open file descriptions", Read);
        return Array.TrueForAll(all, d => d.ObjectIndex < objects)
            ? all
            : throw new BadInputException(
                reader.Where, 0, "an open file description names an object that is not there");
    }

    public static void WriteAll(FieldWriter writer, IReadOnlyList<ImageDescription> descriptions) =>
        ImageList.Write(writer, descriptions, d => d.Write(writer));
}

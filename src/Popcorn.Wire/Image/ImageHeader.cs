using System.Buffers.Binary;
using Popcorn.Core;

namespace Popcorn.Wire.Image;

/// <summary>Sections of a checkpoint image. Wire ids: never renumber.</summary>
public enum ImageSectionKind : uint
{
    Data = 1,
    Unit = 2,
    Processes = 3,
    Objects = 4,
    Descriptions = 5,
    Chunks = 6,
}

/// <summary>How the contents are protected.</summary>
[Flags]
public enum ImageTraits : uint
{
    None = 0,

    /// <summary>Every section and chunk is sealed with AES-256-GCM.</summary>
    Encrypted = 1,
}

/// <summary>Where a section lies in the file, and its CRC-32C (0 for the data, whose chunks have one each).</summary>
public readonly record struct ImageSection(ImageSectionKind Kind, uint Checksum, ulong Offset, ulong Bytes);

/// <summary>
/// Header and section table of a checkpoint image (docs/formats/image.md):
/// <code>
///  0  8  magic "POPIMAGE"         24  4  section count
///  8  4  version                  28  4  CRC-32C of header and table, this field taken as zero
/// 12  4  traits                   32  16 identity of this image
/// 16  8  bytes of the whole file  48  16 salt of its key, zero without encryption
/// 64  32 each: u32 kind, u32 CRC-32C, u64 offset, u64 bytes, u64 zero
/// </code>
/// Sections follow each other without gaps, so every byte of the file is under exactly one checksum.
/// </summary>
public sealed record ImageHeader(
    ulong FileBytes, ImageTraits Traits, ImageIdentity Identity, UInt128 Salt, IReadOnlyList<ImageSection> Sections)
{
    public const uint Version = 5;
    public const int FixedBytes = 64;
    public const int EntryBytes = 32;
    public const int SectionCount = 6;
    public const int Bytes = FixedBytes + SectionCount * EntryBytes;

    private const ulong Magic = 0x4547_414d_4950_4f50; // "POPIMAGE"
    private const int ChecksumOffset = 28;

    public ImageSection Section(ImageSectionKind kind) => Sections[(int)kind - 1];

    public static bool HasMagic(ReadOnlySpan<byte> start) =>
        start.Length >= 8 && BinaryPrimitives.ReadUInt64LittleEndian(start) == Magic;

    public byte[] Encode()
    {
        byte[] bytes = EncodeWith(checksum: 0);
        return EncodeWith(Crc32C.Of(bytes));
    }

    /// <summary>
    /// Reads and checks a header against the true size of the file. <paramref name="start"/> is what the file begins
    /// with, at least <see cref="Bytes"/> of it if it has as many.
    /// </summary>
    public static ImageHeader Read(ReadOnlySpan<byte> start, ulong fileBytes, string where)
    {
        if (!HasMagic(start))
            throw new BadInputException(where, 0, "this is no popcorn checkpoint (its first bytes are not POPIMAGE)");
        FieldReader reader = new(start[..Math.Min(start.Length, Bytes)], where);
        reader.Seek(8);
        uint version = start.Length >= 12 ? reader.U32() : throw Truncated(where, fileBytes, Bytes);
        if (version != Version)
            throw new BadInputException(where, 8, $"checkpoint format {version}, this popcorn reads format {Version}");
        if (start.Length < Bytes)
            throw Truncated(where, fileBytes, Bytes);
        ImageTraits traits = (ImageTraits)reader.U32();
        ulong wholeBytes = reader.U64();
        uint count = reader.U32();
        uint checksum = reader.U32();
        if (fileBytes < wholeBytes)
            throw Truncated(where, fileBytes, wholeBytes);
        byte[] plain = start[..Bytes].ToArray();
        plain.AsSpan(ChecksumOffset, 4).Clear();
        if (Crc32C.Of(plain) != checksum || count != SectionCount)
            throw new BadInputException(where, 0, "the header is damaged (its checksum differs)");
        if ((traits & ~ImageTraits.Encrypted) != 0)
            throw new BadInputException(where, 12, $"traits 0x{(uint)traits:x} that this popcorn does not know");
        if (fileBytes != wholeBytes)
            throw new BadInputException(
                where, (long)wholeBytes, $"{fileBytes - wholeBytes} bytes follow the end of the checkpoint");
        ImageIdentity identity = new(ReadWide(ref reader));
        return new ImageHeader(wholeBytes, traits, identity, ReadWide(ref reader), ReadTable(ref reader, wholeBytes));
    }

    private static UInt128 ReadWide(ref FieldReader reader) =>
        BinaryPrimitives.ReadUInt128LittleEndian(reader.Bytes(16));

    private static ImageSection[] ReadTable(ref FieldReader reader, ulong fileBytes)
    {
        ImageSection[] sections = new ImageSection[SectionCount];
        ulong expected = Bytes;
        for (int i = 0; i < SectionCount; i++)
        {
            int offset = reader.Offset;
            ImageSection section = new((ImageSectionKind)reader.U32(), reader.U32(), reader.U64(), reader.U64());
            ulong zero = reader.U64();
            bool placed = section.Offset == expected && section.Bytes <= fileBytes - expected;
            if ((int)section.Kind != i + 1 || zero != 0 || !placed)
                throw new BadInputException(reader.Where, offset, $"section {i} is out of place");
            expected += section.Bytes;
            sections[i] = section;
        }
        return expected == fileBytes
            ? sections
            : throw new BadInputException(reader.Where, (long)expected, "the sections do not fill the file");
    }

    private static BadInputException Truncated(string where, ulong has, ulong needs) =>
        new(where, (long)has, $"the checkpoint is cut off: {has} bytes are there, it had at least {needs}");

    private byte[] EncodeWith(uint checksum)
    {
        FieldWriter writer = new();
        writer.U64(Magic);
        writer.U32(Version);
        writer.U32((uint)Traits);
        writer.U64(FileBytes);
        writer.U32((uint)Sections.Count);
        writer.U32(checksum);
        Identity.Write(writer);
        new ImageIdentity(Salt).Write(writer);
        foreach (ImageSection section in Sections)
        {
            writer.U32((uint)section.Kind);
            writer.U32(section.Checksum);
            writer.U64(section.Offset);
            writer.U64(section.Bytes);
            writer.U64(0);
        }
        return writer.Written.ToArray();
    }
}

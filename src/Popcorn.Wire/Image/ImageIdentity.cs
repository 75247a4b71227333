using System.Buffers.Binary;
using Popcorn.Core;

namespace Popcorn.Wire.Image;

/// <summary>128 random bits that tell one image from every other: how an incremental one names its parent.</summary>
public readonly record struct ImageIdentity(UInt128 Value)
{
    public const int Bytes = 16;

    public bool IsNone => Value == 0;

    public void Write(FieldWriter writer)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, Value);
        writer.Bytes(bytes);
    }

    public static ImageIdentity Read(ref FieldReader reader) =>
        new(BinaryPrimitives.ReadUInt128LittleEndian(reader.Bytes(Bytes)));

    public override string ToString() => Value.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);
}

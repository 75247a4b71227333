using System.Buffers.Binary;
using System.Numerics;

namespace Popcorn.Wire.Image;

/// <summary>
/// CRC-32C (Castagnoli, RFC 3720 appendix B.4), by the CPU's instruction where it has one. Start with
/// <see cref="Initial"/>, end with <see cref="Finish"/>.
/// </summary>
public static class Crc32C
{
    public const uint Initial = uint.MaxValue;

    public static uint Of(ReadOnlySpan<byte> bytes) => Finish(Append(Initial, bytes));

    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }
        foreach (byte b in bytes)
            crc = BitOperations.Crc32C(crc, b);
        return crc;
    }

    public static uint Finish(uint crc) => ~crc;
}

using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Popcorn.Compiler.Link;

/// <summary>
/// A 128-bit name for bytes: MurmurHash3_x64_128 with seed 0. It names entries of a cache that only this user writes,
/// so it need not resist an attacker; a cryptographic hash would load OpenSSL, which costs a short command more than
/// its work. </summary>
internal readonly record struct ContentHash(ulong Low, ulong High)
{
    private const ulong C1 = 0x87c37b91114253d5;
    private const ulong C2 = 0x4cf5ad432745937f;

    public static ContentHash Of(ReadOnlySpan<byte> bytes)
    {
        ulong h1 = 0;
        ulong h2 = 0;
        ReadOnlySpan<byte> rest = bytes;
        for (; rest.Length >= 16; rest = rest[16..])
        {
            h1 ^= MixFirst(BinaryPrimitives.ReadUInt64LittleEndian(rest));
            h1 = (BitOperations.RotateLeft(h1, 27) + h2) * 5 + 0x52dce729;
            h2 ^= MixSecond(BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]));
            h2 = (BitOperations.RotateLeft(h2, 31) + h1) * 5 + 0x38495ab5;
        }

        Span<byte> tail = stackalloc byte[16];
        rest.CopyTo(tail);
        h1 ^= MixFirst(BinaryPrimitives.ReadUInt64LittleEndian(tail));
        h2 ^= MixSecond(BinaryPrimitives.ReadUInt64LittleEndian(tail[8..]));

        h1 ^= (ulong)bytes.Length;
        h2 ^= (ulong)bytes.Length;
        h1 += h2;
        h2 += h1;
        h1 = Finish(h1);
        h2 = Finish(h2);
        h1 += h2;
        h2 += h1;
        return new ContentHash(h1, h2);
    }

    public static ContentHash Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    /// <summary>One name for several things in order.</summary>
    public static ContentHash Combine(ReadOnlySpan<ContentHash> parts)
    {
        byte[] bytes = new byte[parts.Length * 16];
        for (int i = 0; i < parts.Length; i++)
            parts[i].CopyTo(bytes.AsSpan(i * 16));
        return Of(bytes);
    }

    public static ContentHash Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));

    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, Low);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], High);
    }

    public byte[] ToArray()
    {
        byte[] bytes = new byte[16];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>32 hexadecimal digits, the form in file names.</summary>
    public override string ToString() => $"{Low:x16}{High:x16}";

    private static ulong MixFirst(ulong block) => BitOperations.RotateLeft(block * C1, 31) * C2;

    private static ulong MixSecond(ulong block) => BitOperations.RotateLeft(block * C2, 33) * C1;

    private static ulong Finish(ulong value)
    {
        value = (value ^ (value >> 33)) * 0xff51afd7ed558ccd;
        value = (value ^ (value >> 33)) * 0xc4ceb9fe1a85ec53;
        return value ^ (value >> 33);
    }
}

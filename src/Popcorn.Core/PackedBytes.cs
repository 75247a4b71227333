using System.IO.Compression;

namespace Popcorn.Core;

/// <summary>
/// Parts of files that are read once, if ever: Brotli where that makes them smaller, plain where it does not, which the
/// two sizes tell apart.
/// </summary>
public static class PackedBytes
{
    // The next step is 5 % smaller and takes ten times as long, in every link.
    private const int Quality = 9;
    private const int WindowBits = 22;

    // What a file can make its reader allocate, times its own size. Real parts shrink to a half or a third.
    private const long FactorMax = 1 << 12;

    // Less is not worth it that nobody can read the bytes in the file any more.
    private const int SavedMin = 64;

    /// <summary>At most as many bytes as it was given; the bytes themselves when it is as many.</summary>
    public static byte[] Pack(ReadOnlySpan<byte> bytes)
    {
        byte[] packed = new byte[bytes.Length];
        bool isPacked = BrotliEncoder.TryCompress(bytes, packed, out int written, Quality, WindowBits)
            && written <= bytes.Length - SavedMin && bytes.Length <= written * FactorMax;
        return isPacked ? packed[..written] : bytes.ToArray();
    }

    /// <summary>False when these are not what <see cref="Pack"/> made of <paramref name="size"/> bytes.</summary>
    public static bool TryUnpack(ReadOnlyMemory<byte> packed, long size, out ReadOnlyMemory<byte> bytes)
    {
        bytes = packed;
        if (packed.Length == size)
            return true;
        if (size < packed.Length || size > packed.Length * FactorMax || size > Array.MaxLength)
            return false;
        byte[] unpacked = new byte[size];
        bytes = unpacked;
        return BrotliDecoder.TryDecompress(packed.Span, unpacked, out int written) && written == size;
    }
}

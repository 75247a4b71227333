using Popcorn.Linux.Libc;

namespace Popcorn.Linux;

/// <summary>
/// LZ4 blocks, by the distribution's liblz4.so.1, which Debian's apt needs (by way of libsystemd0), so it is always
/// there.
/// </summary>
public static unsafe class Lz4Codec
{
    /// <summary>Whether the library can be loaded.</summary>
    public static bool IsAvailable
    {
        get
        {
            try
            {
                return LibLz4.Version() > 0;
            }
            catch (DllNotFoundException)
            {
                return false;
            }
        }
    }

    /// <summary>Bytes written, or -1 when the result does not fit.</summary>
    public static int Compress(ReadOnlySpan<byte> from, Span<byte> to)
    {
        // SAFETY: both spans are pinned for the call, which stays within the sizes given.
        fixed (byte* source = from, target = to)
        {
            int bytes = LibLz4.Compress(source, target, from.Length, to.Length);
            return bytes > 0 ? bytes : -1;
        }
    }

    /// <summary>False when the input is not a block of exactly that many bytes.</summary>
    public static bool TryDecompress(ReadOnlySpan<byte> from, Span<byte> to)
    {
        // SAFETY: as above.
        fixed (byte* source = from, target = to)
            return LibLz4.Decompress(source, target, from.Length, to.Length) == to.Length;
    }
}

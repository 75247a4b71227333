using Popcorn.Linux.Libc;

namespace Popcorn.Linux;

/// <summary>
/// One zstd compressor and decompressor, kept for many pieces; not for two threads at once. The library is the
/// distribution's libzstd.so.1, which Debian's dpkg needs, so it is always there.
/// </summary>
public sealed unsafe class ZstdCodec : IDisposable
{
    private nint _compressor;
    private nint _decompressor;

    /// <summary>Whether the library can be loaded.</summary>
    public static bool IsAvailable
    {
        get
        {
            try
            {
                _ = LibZstd.IsError(0);
                return true;
            }
            catch (DllNotFoundException)
            {
                return false;
            }
        }
    }

    /// <summary>Bytes written, or -1 when the result does not fit.</summary>
    public int Compress(ReadOnlySpan<byte> from, Span<byte> to, int level)
    {
        if (_compressor == 0)
            _compressor = LibZstd.CreateCompressor();
        // SAFETY: both spans are pinned for the call, which stays within the sizes given.
        fixed (byte* source = from, target = to)
        {
            nuint bytes = LibZstd.Compress(
                _compressor, target, (nuint)to.Length, source, (nuint)from.Length, level);
            return LibZstd.IsError(bytes) == 0 ? (int)bytes : -1;
        }
    }

    /// <summary>False when the input is not a frame of exactly that many bytes.</summary>
    public bool TryDecompress(ReadOnlySpan<byte> from, Span<byte> to)
    {
        if (_decompressor == 0)
            _decompressor = LibZstd.CreateDecompressor();
        // SAFETY: as above.
        fixed (byte* source = from, target = to)
        {
            nuint bytes = LibZstd.Decompress(_decompressor, target, (nuint)to.Length, source, (nuint)from.Length);
            return LibZstd.IsError(bytes) == 0 && bytes == (nuint)to.Length;
        }
    }

    public void Dispose()
    {
        if (_compressor != 0)
            _ = LibZstd.FreeCompressor(_compressor);
        if (_decompressor != 0)
            _ = LibZstd.FreeDecompressor(_decompressor);
        _compressor = _decompressor = 0;
    }
}

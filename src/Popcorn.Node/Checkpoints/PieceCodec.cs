using Popcorn.Linux;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Checkpoints;

/// <summary>Compresses and decompresses pieces in whatever coding; not for two threads at once.</summary>
internal sealed class PieceCodec : IDisposable
{
    private readonly ZstdCodec _zstd = new();

    /// <summary>Bytes written, or -1 when the result does not fit or is not wanted.</summary>
    public int Compress(ReadOnlySpan<byte> from, Span<byte> to, Compression compression) => compression.Coding switch
    {
        ChunkCoding.Zstd => _zstd.Compress(from, to, compression.Level),
        ChunkCoding.Lz4 => Lz4Codec.Compress(from, to),
        _ => -1,
    };

    /// <summary>False when the input is not the coding of exactly that many bytes.</summary>
    public bool TryDecompress(ChunkCoding coding, ReadOnlySpan<byte> from, Span<byte> to) =>
        coding == ChunkCoding.Lz4 ? Lz4Codec.TryDecompress(from, to) : _zstd.TryDecompress(from, to);

    public void Dispose() => _zstd.Dispose();
}

using System.Globalization;
using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Checkpoints;

/// <summary>How the bytes of an image are compressed.</summary>
/// <param name="Level">Of zstd.</param>
public sealed record Compression(ChunkCoding Coding, int Level = 0)
{
    public const int LevelMin = -7;
    public const int LevelMax = 19;

    public static Compression None { get; } = new(ChunkCoding.Plain);

    /// <summary>
    /// Measured on heaps of structures, against zstd at level -1: three and a half times as fast to compress, four
    /// times to decompress, half as large again. The program stands still meanwhile.
    /// </summary>
    public static Compression Lz4 { get; } = new(ChunkCoding.Lz4);

    /// <summary>Reads what <c>--compress</c> takes: lz4, none, or a level of zstd.</summary>
    public static Compression Parse(string text)
    {
        if (text is "lz4" or "none")
            return text == "lz4" ? Lz4 : None;
        bool isLevel = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int level)
            && level is >= LevelMin and <= LevelMax;
        return isLevel
            ? new Compression(ChunkCoding.Zstd, level)
            : throw new PopcornException(
                $"--compress: '{text}' is neither lz4, nor none, nor a zstd level in {LevelMin} to {LevelMax}");
    }

    /// <summary>Refuses what this machine has no library for.</summary>
    public void Check()
    {
        if (Coding == ChunkCoding.Zstd && !ZstdCodec.IsAvailable)
            throw new PopcornException("libzstd.so.1 is not installed (Debian package libzstd1); use --compress none");
        if (Coding == ChunkCoding.Lz4 && !Lz4Codec.IsAvailable)
            throw new PopcornException("liblz4.so.1 is not installed (Debian package liblz4-1); use --compress none");
    }
}

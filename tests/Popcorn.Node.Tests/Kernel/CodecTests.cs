using Popcorn.Linux;

namespace Popcorn.Node.Tests.Kernel;

/// <summary>The compressors, on what they are given: anything.</summary>
public class CodecTests
{
    private const int Bytes = 10_000;

    [Theory]
    [InlineData("lz4")]
    [InlineData("zstd")]
    public void WhatIsCompressed_ComesBack_AndNothingElseIsTakenForIt(string coding)
    {
        using ZstdCodec zstd = new();
        Random random = new(3);
        byte[] coded = new byte[2 * Bytes];
        for (int round = 0; round < 200; round++)
        {
            byte[] raw = AnyBytes(random, entropy: 1 + round % 9);
            int count = Compress(zstd, coding, raw, coded);
            byte[] back = new byte[raw.Length];

            Assert.True(TryDecompress(zstd, coding, coded.AsSpan(0, count), back));
            Assert.Equal(raw, back);

            Assert.False(TryDecompress(zstd, coding, coded.AsSpan(0, random.Next(count)), back));
            Assert.False(TryDecompress(zstd, coding, coded.AsSpan(0, count), new byte[raw.Length + 1]));
            Assert.False(TryDecompress(zstd, coding, coded.AsSpan(0, count), new byte[raw.Length - 1]));
        }
    }

    [Theory]
    [InlineData("lz4")]
    [InlineData("zstd")]
    public void WhatDoesNotFit_IsRefused(string coding)
    {
        using ZstdCodec zstd = new();
        byte[] raw = AnyBytes(new Random(4), entropy: 8);

        Assert.Equal(-1, Compress(zstd, coding, raw, new byte[raw.Length / 2]));
    }

    private static byte[] AnyBytes(Random random, int entropy)
    {
        byte[] bytes = new byte[1 + random.Next(Bytes)];
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)random.Next(1 << Math.Min(entropy, 8));
        return bytes;
    }

    private static int Compress(ZstdCodec zstd, string coding, byte[] raw, byte[] coded) =>
        coding == "lz4" ? Lz4Codec.Compress(raw, coded) : zstd.Compress(raw, coded, level: -1);

    private static bool TryDecompress(ZstdCodec zstd, string coding, ReadOnlySpan<byte> coded, Span<byte> raw) =>
        coding == "lz4" ? Lz4Codec.TryDecompress(coded, raw) : zstd.TryDecompress(coded, raw);
}

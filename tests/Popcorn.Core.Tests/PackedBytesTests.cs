namespace Popcorn.Core.Tests;

public class PackedBytesTests
{
    [Fact]
    public void What_repeats_is_smaller_and_comes_back()
    {
        byte[] bytes = [.. Enumerable.Range(0, 100_000).Select(i => (byte)(i / 7 % 50))];

        byte[] packed = PackedBytes.Pack(bytes);

        Assert.True(packed.Length < bytes.Length / 10);
        Assert.True(PackedBytes.TryUnpack(packed, bytes.Length, out ReadOnlyMemory<byte> unpacked));
        Assert.Equal(bytes, unpacked.ToArray());
    }

    [Fact]
    public void What_gets_no_smaller_stays_as_it_is()
    {
        byte[] noise = new byte[1000];
        new Random(1).NextBytes(noise);

        Assert.Equal(noise, PackedBytes.Pack(noise));
        Assert.True(PackedBytes.TryUnpack(noise, noise.Length, out ReadOnlyMemory<byte> unpacked));
        Assert.Equal(noise, unpacked.ToArray());
        Assert.Empty(PackedBytes.Pack([]));
    }

    [Fact]
    public void Damaged_bytes_and_wrong_sizes_are_refused()
    {
        byte[] packed = PackedBytes.Pack(new byte[5000]);

        Assert.True(PackedBytes.TryUnpack(packed, 5000, out _));
        Assert.False(PackedBytes.TryUnpack(packed, 4999, out _));
        Assert.False(PackedBytes.TryUnpack(packed, 5001, out _));
        Assert.False(PackedBytes.TryUnpack(packed, packed.Length - 1, out _));
        Assert.False(PackedBytes.TryUnpack(packed, long.MaxValue, out _));
        Assert.False(PackedBytes.TryUnpack(packed.AsMemory(0, packed.Length - 1), 5000, out _));
        Assert.False(PackedBytes.TryUnpack(default, 5000, out _));
    }
}

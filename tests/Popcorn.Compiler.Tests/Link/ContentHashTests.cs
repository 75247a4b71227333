using Popcorn.Compiler.Link;

namespace Popcorn.Compiler.Tests.Link;

public sealed class ContentHashTests
{
    // Vectors of the reference MurmurHash3_x64_128 with seed 0.
    [Theory]
    [InlineData("", "00000000000000000000000000000000")]
    [InlineData("hello", "cbd8a7b341bd9b025b1e906a48ae1d19")]
    [InlineData("The quick brown fox jumps over the lazy dog", "e34bbc7bbc071b6c7a433ca9c49a9347")]
    public void Matches_the_reference(string text, string expected) =>
        Assert.Equal(expected, ContentHash.Of(text).ToString());

    [Fact]
    public void Bytes_round_trip()
    {
        ContentHash hash = ContentHash.Of("x");

        Assert.Equal(hash, ContentHash.Read(hash.ToArray()));
    }
}

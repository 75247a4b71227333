using CsCheck;

namespace Popcorn.Core.Tests;

public class FieldReaderTests
{
    [Fact]
    public void EveryNumberWrittenIsReadBack()
    {
        Gen.Select(Gen.ULong, Gen.Long, Gen.UInt, Gen.String).Sample((unsigned, signed, word, text) =>
        {
            FieldWriter writer = new();
            writer.Uleb128(unsigned);
            writer.Sleb128(signed);
            writer.U32(word);
            writer.Text(text);
            writer.AlignTo(8);
            FieldReader reader = new(writer.Written, "test");
            string utf8RoundTrip = System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
            return reader.Uleb128() == unsigned && reader.Sleb128() == signed && reader.U32() == word
                && reader.Text() == utf8RoundTrip && writer.Length % 8 == 0;
        });
    }

    [Fact]
    public void TruncatedField_IsRefusedWithItsOffset()
    {
        BadInputException refusal = Assert.Throws<BadInputException>(() =>
        {
            FieldReader reader = new([1, 2, 3], "short.bin");
            reader.U16();
            reader.U32();
        });
        Assert.Equal("short.bin(+0x2): needs 4 bytes, 1 are left", refusal.Message);
    }

    [Fact]
    public void OverlongLeb128_IsRefused()
    {
        byte[] overlong = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
        Assert.Throws<BadInputException>(() => new FieldReader(overlong, "x").Uleb128());
    }
}

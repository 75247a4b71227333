using System.Text;
using System.Text.RegularExpressions;
using Popcorn.Core;
using Popcorn.Wire.Image;

namespace Popcorn.Wire.Tests.Image;

public class ImageHeaderTests
{
    private static readonly ImageHeader Header = Create(4096, 20, 30, 0, 40, 10);

    [Fact]
    public void Header_IsReadAsItWasWritten()
    {
        ImageHeader read = ImageHeader.Read(Header.Encode(), Header.FileBytes, "test");

        Assert.Equal(Header.Sections, read.Sections);
        Assert.Equal(Header.FileBytes, read.FileBytes);
    }

    [Fact]
    public void EveryFlippedBit_IsRefused()
    {
        byte[] whole = Header.Encode();
        for (int bit = 0; bit < whole.Length * 8; bit++)
        {
            byte[] damaged = [.. whole];
            damaged[bit / 8] ^= (byte)(1 << bit % 8);

            Assert.Throws<BadInputException>(() => ImageHeader.Read(damaged, Header.FileBytes, "test"));
        }
    }

    [Fact]
    public void EveryTruncationOfTheFile_IsRefused()
    {
        byte[] whole = Header.Encode();
        for (ulong length = 0; length < Header.FileBytes; length += length < ImageHeader.Bytes ? 1u : 97u)
        {
            byte[] start = whole[..(int)Math.Min(length, (ulong)whole.Length)];

            Assert.Throws<BadInputException>(() => ImageHeader.Read(start, length, "test"));
        }
    }

    [Fact]
    public void MessagesSayWhatIsWrong()
    {
        byte[] whole = Header.Encode();
        byte[] foreign = [.. whole];
        foreign[8] = 2;

        Assert.Contains("no popcorn checkpoint", Message("hello, this is some text file"u8.ToArray(), 29));
        Assert.Contains("format 2, this popcorn reads format 5", Message(foreign, Header.FileBytes));
        Assert.Contains("cut off", Message(whole, Header.FileBytes - 1));
        Assert.Contains("1 bytes follow", Message(whole, Header.FileBytes + 1));
    }

    [Fact]
    public void Crc32C_MatchesThePublishedCheckValue() =>
        // RFC 3720 appendix B.4 and every CRC catalogue: the check value of "123456789".
        Assert.Equal(0xe3069283u, Crc32C.Of(Encoding.ASCII.GetBytes("123456789")));

    [Fact]
    public void ExampleInTheDocument_IsThisHeader()
    {
        string page = File.ReadAllText(Find("docs/formats/image.md"));
        MatchCollection lines = Regex.Matches(page, "^    [0-9a-f]{4}  ((?:[0-9a-f]{2} ?)+)$", RegexOptions.Multiline);
        byte[] bytes = Convert.FromHexString(string.Concat(lines.Select(l => l.Groups[1].Value.Replace(" ", ""))));

        Assert.Equal(Header.Encode(), bytes);
    }

    private static string Find(string path)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, path)))
                return Path.Combine(folder.FullName, path);
        }
        throw new FileNotFoundException(path);
    }

    private static string Message(byte[] start, ulong bytes) =>
        Assert.Throws<BadInputException>(() => ImageHeader.Read(start, bytes, "test")).Message;

    private static ImageHeader Create(params ulong[] sizes)
    {
        ulong offset = ImageHeader.Bytes;
        List<ImageSection> sections = [];
        foreach (ulong size in sizes)
        {
            uint checksum = sections.Count == 0 ? 0 : 0x1234u;
            sections.Add(new ImageSection((ImageSectionKind)(sections.Count + 1), checksum, offset, size));
            offset += size;
        }
        ImageIdentity identity = new(new UInt128(0x1f1e1d1c1b1a1918, 0x1716151413121110));
        return new ImageHeader(offset, ImageTraits.Encrypted, identity, 0x2021, sections);
    }
}

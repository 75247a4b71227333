using Popcorn.Node.Checkpoints;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Tests.Checkpoints;

/// <summary>Looks into images, and changes them as a test needs them.</summary>
internal static class Checkpoint
{
    public static int ListeningPort(string path)
    {
        using ImageFile image = ImageFile.Open(path);
        SocketObject listener = image.Objects.OfType<SocketObject>().First(s => s.State == SocketState.Listening);
        return (listener.Local.Span[2] << 8) | listener.Local.Span[3];
    }

    /// <summary>Writes another user into an image, checksums included.</summary>
    public static void GiveToUser(string path, uint user)
    {
        byte[] bytes = File.ReadAllBytes(path);
        ImageHeader header = ImageHeader.Read(bytes, (ulong)bytes.Length, path);
        ImageSection unit = header.Section(ImageSectionKind.Unit);
        const int UserOffset = 8;
        Assert.True(BitConverter.TryWriteBytes(bytes.AsSpan((int)unit.Offset + UserOffset), user));
        ImageSection[] sections = [.. header.Sections];
        sections[(int)ImageSectionKind.Unit - 1] = unit with
        {
            Checksum = Crc32C.Of(bytes.AsSpan((int)unit.Offset, (int)unit.Bytes)),
        };
        (header with { Sections = sections }).Encode().CopyTo(bytes, 0);
        File.WriteAllBytes(path, bytes);
    }
}

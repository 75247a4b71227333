using Popcorn.Core;

namespace Popcorn.Wire.Image;

/// <summary>Size and CRC-32C of a file of the program, to notice that it was built anew.</summary>
public readonly record struct FileFingerprint(string Name, ulong Bytes, uint Checksum);

/// <summary>A program that processes of the unit run.</summary>
/// <param name="Path">The program as an absolute path, without <c>.popcorn</c>.</param>
public sealed record ImageProgram(
    string Path, ReadOnlyMemory<byte> BuildId, IReadOnlyList<FileFingerprint> Files)
{
    private const int FilesMax = 16;
    private const int BuildIdBytesMax = 64;

    public void Write(FieldWriter writer)
    {
        writer.Text(Path);
        writer.U8((byte)BuildId.Length);
        writer.Bytes(BuildId.Span);
        writer.U8((byte)Files.Count);
        foreach (FileFingerprint file in Files)
        {
            writer.Text(file.Name);
            writer.U64(file.Bytes);
            writer.U32(file.Checksum);
        }
    }

    public static ImageProgram Read(ref FieldReader reader)
    {
        string path = reader.Text();
        int idBytes = reader.U8();
        if (idBytes > BuildIdBytesMax)
            throw new BadInputException(reader.Where, reader.Offset - 1, $"build id of {idBytes} bytes");
        byte[] buildId = reader.Bytes(idBytes).ToArray();
        int fileCount = reader.U8();
        if (fileCount > FilesMax)
            throw new BadInputException(reader.Where, reader.Offset - 1, $"{fileCount} files of the program");
        FileFingerprint[] files = new FileFingerprint[fileCount];
        for (int i = 0; i < fileCount; i++)
            files[i] = new FileFingerprint(reader.Text(), reader.U64(), reader.U32());
        return new ImageProgram(path, buildId, files);
    }
}

using Popcorn.Core;

namespace Popcorn.Wire.Image;

/// <summary>Size and CRC-32C of a file of the program, to notice that it was built anew.</summary>
public readonly record struct FileFingerprint(string Name, ulong Bytes, uint Checksum);

/// <summary>Section 1: which program it is and what belongs to the process as a whole.</summary>
/// <param name="Path">The program as an absolute path, without <c>.popcorn</c>.</param>
/// <param name="Pid">The process id the program sees.</param>
/// <param name="TakenAtUnixMs">Milliseconds since 1970, UTC.</param>
public sealed record ImageProgram(
    string Path,
    IReadOnlyList<string> Arguments,
    ReadOnlyMemory<byte> BuildId,
    IReadOnlyList<FileFingerprint> Files,
    Isa Isa,
    int Pid,
    string WorkingDirectory,
    uint FileModeMask,
    long TakenAtUnixMs)
{
    public const int ArgumentsMax = 1 << 20;
    private const int FilesMax = 16;
    private const int BuildIdBytesMax = 64;

    public void Write(FieldWriter writer)
    {
        writer.Text(Path);
        writer.Uleb128((ulong)Arguments.Count);
        foreach (string argument in Arguments)
            writer.Text(argument);
        writer.U8((byte)BuildId.Length);
        writer.Bytes(BuildId.Span);
        writer.U8((byte)Files.Count);
        foreach (FileFingerprint file in Files)
        {
            writer.Text(file.Name);
            writer.U64(file.Bytes);
            writer.U32(file.Checksum);
        }
        writer.U8((byte)Isa);
        writer.I32(Pid);
        writer.Text(WorkingDirectory);
        writer.U32(FileModeMask);
        writer.I64(TakenAtUnixMs);
    }

    public static ImageProgram Read(ref FieldReader reader)
    {
        string path = reader.Text();
        string[] arguments = new string[ReadCount(ref reader, ArgumentsMax, "arguments")];
        for (int i = 0; i < arguments.Length; i++)
            arguments[i] = reader.Text();
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
        Isa isa = (Isa)reader.U8();
        if (!IsaNames.All.Contains(isa))
            throw new BadInputException(reader.Where, reader.Offset - 1, $"unknown ISA {(int)isa}");
        return new ImageProgram(
            path, arguments, buildId, files, isa, reader.I32(), reader.Text(), reader.U32(), reader.I64());
    }

    internal static int ReadCount(ref FieldReader reader, int max, string what)
    {
        int offset = reader.Offset;
        ulong count = reader.Uleb128();
        // Each element takes a byte at least, so a count past the end cannot make us allocate.
        if (count > (ulong)max || count > (ulong)reader.Remaining)
            throw new BadInputException(reader.Where, offset, $"{count} {what} cannot be");
        return (int)count;
    }
}

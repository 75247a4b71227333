using Popcorn.Core;

namespace Popcorn.Wire.Image;

/// <summary>The image an incremental one builds on.</summary>
public sealed record ImageParent(ImageIdentity Identity, string Path);

/// <summary>Section 2: what belongs to the saved processes together.</summary>
/// <param name="TakenAtUnixMs">Milliseconds since 1970, UTC.</param>
/// <param name="User">Effective user id of the processes.</param>
/// <param name="Machine">Host name, for messages only.</param>
/// <param name="Parent">Null for an image that stands alone.</param>
/// <param name="FirstStatus">How the program's first process had ended, as wait(2) gives it; null when it is the first
/// one of the image.</param>
public sealed record ImageUnit(
    long TakenAtUnixMs, uint User, string Machine, ImageParent? Parent, IReadOnlyList<ImageProgram> Programs,
    int? FirstStatus)
{
    private const int ProgramsMax = 1 << 12;

    public void Write(FieldWriter writer)
    {
        writer.I64(TakenAtUnixMs);
        writer.U32(User);
        writer.Text(Machine);
        ImageList.WriteFlag(writer, Parent is not null);
        Parent?.Identity.Write(writer);
        if (Parent is not null)
            writer.Text(Parent.Path);
        ImageList.Write(writer, Programs, p => p.Write(writer));
        ImageList.WriteFlag(writer, FirstStatus is not null);
        if (FirstStatus is int status)
            writer.I32(status);
    }

    public static ImageUnit Read(ref FieldReader reader)
    {
        long takenAt = reader.I64();
        uint user = reader.U32();
        string machine = reader.Text();
        ImageParent? parent = ImageList.ReadFlag(ref reader)
            ? new ImageParent(ImageIdentity.Read(ref reader), reader.Text())
            : null;
        ImageProgram[] programs = ImageList.Read(ref reader, ProgramsMax, "programs", ImageProgram.Read);
        int? firstStatus = ImageList.ReadFlag(ref reader) ? reader.I32() : null;
        return programs.Length > 0
            ? new ImageUnit(takenAt, user, machine, parent, programs, firstStatus)
            : throw new BadInputException(reader.Where, reader.Offset, "there is no program");
    }
}

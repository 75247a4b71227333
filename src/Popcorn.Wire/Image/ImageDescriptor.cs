using Popcorn.Core;

namespace Popcorn.Wire.Image;

/// <summary>How a descriptor comes back. Wire ids: never renumber.</summary>
public enum ImageDescriptorKind : byte
{
    /// <summary>A regular file or directory, opened again by path and set to its offset.</summary>
    File = 1,

    /// <summary>Taken from the process that restores: standard input, output or error on a terminal, pipe or
    /// socket.</summary>
    Inherited = 2,
}

/// <summary>Section 4, one descriptor.</summary>
/// <param name="Flags">Open flags as asm-generic spells them, without those that only act on opening.</param>
/// <param name="Position">File offset; 0 for an inherited one.</param>
public readonly record struct ImageDescriptor(
    int Number, ImageDescriptorKind Kind, bool CloseOnExec, uint Flags, ulong Position, string Path)
{
    private const int CountMax = 1 << 20;

    public static void WriteAll(FieldWriter writer, IReadOnlyList<ImageDescriptor> descriptors)
    {
        writer.Uleb128((ulong)descriptors.Count);
        foreach (ImageDescriptor descriptor in descriptors)
        {
            writer.I32(descriptor.Number);
            writer.U8((byte)descriptor.Kind);
            writer.U8(descriptor.CloseOnExec ? (byte)1 : (byte)0);
            writer.U32(descriptor.Flags);
            writer.U64(descriptor.Position);
            writer.Text(descriptor.Path);
        }
    }

    public static ImageDescriptor[] ReadAll(ref FieldReader reader)
    {
        ImageDescriptor[] descriptors =
            new ImageDescriptor[ImageProgram.ReadCount(ref reader, CountMax, "descriptors")];
        for (int i = 0; i < descriptors.Length; i++)
        {
            int offset = reader.Offset;
            ImageDescriptor descriptor = new(
                reader.I32(), (ImageDescriptorKind)reader.U8(), reader.U8() != 0, reader.U32(), reader.U64(),
                reader.Text());
            bool known = descriptor.Kind is ImageDescriptorKind.File or ImageDescriptorKind.Inherited;
            if (!known || descriptor.Number < 0)
                throw new BadInputException(
                    reader.Where, offset, $"descriptor {descriptor.Number} of kind {descriptor.Kind}");
            descriptors[i] = descriptor;
        }
        return descriptors;
    }
}

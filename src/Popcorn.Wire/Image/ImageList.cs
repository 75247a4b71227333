using Popcorn.Core;

namespace Popcorn.Wire.Image;

/// <summary>Lists in an image: a <c>uleb</c> count and the elements.</summary>
internal static class ImageList
{
    public delegate T ReadElement<out T>(ref FieldReader reader);

    public static void Write<T>(FieldWriter writer, IReadOnlyList<T> elements, Action<T> write)
    {
        writer.Uleb128((ulong)elements.Count);
        foreach (T element in elements)
            write(element);
    }

    public static T[] Read<T>(ref FieldReader reader, int max, string what, ReadElement<T> read)
    {
        T[] elements = new T[ReadCount(ref reader, max, what)];
        for (int i = 0; i < elements.Length; i++)
            elements[i] = read(ref reader);
        return elements;
    }

    public static int ReadCount(ref FieldReader reader, int max, string what)
    {
        int offset = reader.Offset;
        ulong count = reader.Uleb128();
        // Each element takes a byte at least, so a count past the end cannot make us allocate.
        if (count > (ulong)max || count > (ulong)reader.Remaining)
            throw new BadInputException(reader.Where, offset, $"{count} {what} cannot be");
        return (int)count;
    }

    public static void WriteBytes(FieldWriter writer, ReadOnlySpan<byte> bytes)
    {
        writer.Uleb128((ulong)bytes.Length);
        writer.Bytes(bytes);
    }

    public static byte[] ReadBytes(ref FieldReader reader)
    {
        ulong count = reader.Uleb128();
        if (count > (ulong)reader.Remaining)
            throw new BadInputException(reader.Where, reader.Offset, $"{count} bytes, {reader.Remaining} are left");
        return reader.Bytes((long)count).ToArray();
    }

    public static bool ReadFlag(ref FieldReader reader)
    {
        byte value = reader.U8();
        return value <= 1
            ? value == 1
            : throw new BadInputException(reader.Where, reader.Offset - 1, $"{value} is neither yes nor no");
    }

    public static void WriteFlag(FieldWriter writer, bool flag) => writer.U8(flag ? (byte)1 : (byte)0);
}

using Popcorn.Core;

namespace Popcorn.StateMap;

/// <summary>
/// Chunks as in the site section; per site ULEB128 count, per saved value its type number (0 for one that no record can
/// hold), ULEB128 bytes for such a one and for a vector, ULEB128 string number of its name.
/// </summary>
internal static class SavedValuesSection
{
    private const int ValueBytesMin = 2;

    internal static FieldWriter Write(StateMapModel model, StringTable strings)
    {
        ChunkWriter chunks = new(StateMapFormat.SitesPerChunk);
        foreach (SiteModel site in model.Functions.SelectMany(function => function.Sites))
        {
            FieldWriter writer = chunks.Next();
            writer.Uleb128((ulong)site.Detail.Saved.Count);
            foreach (SavedValue value in site.Detail.Saved)
            {
                writer.U8((byte?)value.Type?.Kind ?? StateMapFormat.UnrecordableType);
                if (value.Type is not { IsVector: false })
                    writer.Uleb128((ulong)value.SizeBytes);
                writer.Uleb128((ulong)strings.NumberOf(value.Name));
            }
        }
        return chunks.Finish();
    }

    internal static SavedValue[] ReadSite(ref FieldReader reader, StringSection strings)
    {
        SavedValue[] values = new SavedValue[ReadCount(ref reader)];
        for (int i = 0; i < values.Length; i++)
        {
            (LiveValueType? type, long bytes) = ReadType(ref reader);
            values[i] = new SavedValue(strings.Text(reader.Uleb128()), type, bytes);
        }
        return values;
    }

    internal static int ReadCount(ref FieldReader reader)
    {
        ulong count = reader.Uleb128();
        return count <= (ulong)(reader.Remaining / ValueBytesMin)
            ? (int)count
            : throw new BadInputException(
                reader.Where, reader.Offset,
                $"{count} saved values do not fit into the {reader.Remaining} bytes left");
    }

    internal static (LiveValueType? Type, long Bytes) ReadType(ref FieldReader reader)
    {
        byte number = reader.U8();
        ulong bytes = number == StateMapFormat.UnrecordableType || new LiveValueType((ValueKind)number).IsVector
            ? reader.Uleb128()
            : 0;
        if (bytes > int.MaxValue)
            throw new BadInputException(reader.Where, reader.Offset, $"a saved value of {bytes} bytes cannot be");
        if (number == StateMapFormat.UnrecordableType)
            return (null, (long)bytes);
        LiveValueType type = new((ValueKind)number, (byte)Math.Min(bytes, byte.MaxValue));
        return type.IsValid
            ? (type, type.SizeBytes)
            : throw new BadInputException(reader.Where, reader.Offset, $"value type {number}.{bytes} is not known");
    }
}

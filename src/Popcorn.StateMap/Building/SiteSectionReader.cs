using Popcorn.Core;

namespace Popcorn.StateMap.Building;

/// <summary>Reads a linked <c>.pop.sites</c> section (contracts, section 6).</summary>
internal static class SiteSectionReader
{
    internal const string SectionName = ".pop.sites";

    private const int SiteBytesMin = 5;

    /// <summary>The functions in section order. One that the linker discarded (address 0) is left out.</summary>
    internal static List<SiteFunction> Read(ReadOnlySpan<byte> bytes, string where)
    {
        List<SiteFunction> functions = [];
        FieldReader reader = new(bytes, where);
        while (reader.Remaining > 0)
        {
            ulong address = reader.U64();
            ulong resumeAddress = reader.U64();
            uint payloadBytes = reader.U32();
            uint siteCount = reader.U32();
            int start = reader.Offset;
            ReadOnlySpan<byte> payload = reader.Bytes(payloadBytes);
            reader.Bytes(-reader.Offset & 7);
            SiteFunction function = ReadPayload(
                new FieldReader(payload, $"{where}+0x{start:x}"), address, resumeAddress, siteCount);
            if (address != 0)
                functions.Add(function);
        }
        return functions;
    }

    private static SiteFunction ReadPayload(FieldReader reader, ulong address, ulong resumeAddress, uint siteCount)
    {
        string name = reader.Text();
        ulong fileCount = reader.Uleb128();
        CheckCount(reader, fileCount, 1, "files");
        string[] files = new string[fileCount];
        for (int i = 0; i < files.Length; i++)
            files[i] = reader.Text();
        CheckCount(reader, siteCount, SiteBytesMin, "sites");
        SiteModel[] sites = new SiteModel[siteCount];
        for (int i = 0; i < sites.Length; i++)
            sites[i] = ReadSite(ref reader, files);
        if (reader.Remaining != 0)
            throw new BadInputException(
                reader.Where, reader.Offset, $"{reader.Remaining} bytes are left over in '{name}'");
        return new SiteFunction(name, address, resumeAddress, sites);
    }

    private static SiteModel ReadSite(ref FieldReader reader, string[] files)
    {
        SiteKind kind = (SiteKind)reader.U8();
        if (kind > SiteKind.SystemCall)
            throw new BadInputException(reader.Where, reader.Offset - 1, $"site kind {(byte)kind} is not known");
        string callee = reader.Text();
        ulong file = reader.Uleb128();
        ulong line = reader.Uleb128();
        ulong valueCount = reader.Uleb128();
        if (file > (ulong)files.Length || line > int.MaxValue)
            throw new BadInputException(
                reader.Where, reader.Offset, $"line {line} of file {file}, {files.Length} are named");
        CheckCount(reader, valueCount, 2, "values");
        LiveValueType[] types = new LiveValueType[valueCount];
        string[] names = new string[valueCount];
        for (int i = 0; i < types.Length; i++)
        {
            ValueKind valueKind = (ValueKind)reader.U8();
            ulong vectorBytes = valueKind is ValueKind.Vector8 or ValueKind.Vector16 ? reader.Uleb128() : 0;
            types[i] = new LiveValueType(valueKind, (byte)Math.Min(vectorBytes, byte.MaxValue));
            if (!types[i].IsValid)
            {
                throw new BadInputException(
                    reader.Where, reader.Offset, $"value type {(byte)valueKind}.{vectorBytes} is not known");
            }
            names[i] = reader.Text();
        }
        SavedValue[] saved = new SavedValue[SavedValuesSection.ReadCount(ref reader)];
        for (int i = 0; i < saved.Length; i++)
        {
            (LiveValueType? type, long bytes) = SavedValuesSection.ReadType(ref reader);
            saved[i] = new SavedValue(reader.Text(), type, bytes);
        }
        SiteDetail detail = new(callee, file == 0 ? "" : files[file - 1], (int)line, names) { Saved = saved };
        return new SiteModel(kind, types, detail);
    }

    private static void CheckCount(in FieldReader reader, ulong count, int bytesEach, string what)
    {
        if (count > (ulong)(reader.Remaining / bytesEach))
        {
            throw new BadInputException(
                reader.Where, reader.Offset, $"{count} {what} do not fit into the {reader.Remaining} bytes left");
        }
    }
}

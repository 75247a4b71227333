using System.Runtime.InteropServices;
using Popcorn.Core;

namespace Popcorn.ObjectFiles.StackMaps;

/// <summary>
/// A linked <c>.llvm_stackmaps</c> section: the version 3 tables of all objects, one behind the other, as
/// llvm.org/docs/StackMaps.html draws them.
/// </summary>
public sealed class StackMapSection
{
    public const string SectionName = ".llvm_stackmaps";

    private const int Version = 3;
    private const int FunctionBytes = 24;
    private const int ConstantBytes = 8;
    private const int RecordBytesMin = 24;
    private const int LocationBytes = 12;
    private const int LiveOutBytes = 4;

    private readonly List<StackMapRecord> _records = [];
    private readonly List<StackMapLocation> _locations = [];

    private StackMapSection()
    {
    }

    public IReadOnlyList<StackMapRecord> Records => _records;

    public ReadOnlySpan<StackMapLocation> LocationsOf(in StackMapRecord record) =>
        CollectionsMarshal.AsSpan(_locations).Slice(record.FirstLocation, record.LocationCount);

    public static StackMapSection Read(ReadOnlySpan<byte> bytes, string where)
    {
        StackMapSection section = new();
        FieldReader reader = new(bytes, where);
        while (reader.Remaining > 0)
            section.ReadTable(ref reader);
        return section;
    }

    private void ReadTable(ref FieldReader reader)
    {
        int start = reader.Offset;
        byte version = reader.U8();
        if (version != Version)
            throw new BadInputException(reader.Where, start, $"stack map version {version}, this tool reads version 3");
        reader.Bytes(3);
        uint functionCount = reader.U32();
        uint constantCount = reader.U32();
        uint recordCount = reader.U32();
        CheckCount(reader, functionCount, FunctionBytes, "functions");
        ulong[] addresses = new ulong[functionCount];
        ulong[] recordCounts = new ulong[functionCount];
        for (int i = 0; i < addresses.Length; i++)
        {
            addresses[i] = reader.U64();
            reader.U64(); // stack size
            recordCounts[i] = reader.U64();
        }
        CheckCount(reader, constantCount, ConstantBytes, "constants");
        long[] constants = new long[constantCount];
        for (int i = 0; i < constants.Length; i++)
            constants[i] = reader.I64();
        CheckCount(reader, recordCount, RecordBytesMin, "records");

        int function = 0;
        ulong left = functionCount == 0 ? 0 : recordCounts[0];
        for (uint i = 0; i < recordCount; i++)
        {
            while (left == 0)
            {
                function++;
                if (function >= addresses.Length)
                    throw new BadInputException(
                        reader.Where, reader.Offset, "more records than the functions announce");
                left = recordCounts[function];
            }
            left--;
            ReadRecord(ref reader, addresses[function], constants);
        }
    }

    private void ReadRecord(ref FieldReader reader, ulong function, long[] constants)
    {
        ulong id = reader.U64();
        uint instructionOffset = reader.U32();
        reader.U16();
        int locationCount = reader.U16();
        CheckCount(reader, (uint)locationCount, LocationBytes, "locations");
        _records.Add(new StackMapRecord(id, function, instructionOffset, _locations.Count, locationCount));
        for (int i = 0; i < locationCount; i++)
            _locations.Add(ReadLocation(ref reader, constants));
        Align(ref reader);
        reader.U16();
        int liveOutCount = reader.U16();
        reader.Bytes(liveOutCount * LiveOutBytes);
        Align(ref reader);
    }

    private static StackMapLocation ReadLocation(ref FieldReader reader, long[] constants)
    {
        int start = reader.Offset;
        StackMapLocationKind kind = (StackMapLocationKind)reader.U8();
        reader.U8();
        ushort size = reader.U16();
        ushort register = reader.U16();
        reader.U16();
        int value = reader.I32();
        switch (kind)
        {
            case StackMapLocationKind.Register or StackMapLocationKind.Direct or StackMapLocationKind.Indirect:
                return new StackMapLocation(kind, size, register, value);
            case StackMapLocationKind.Constant:
                return new StackMapLocation(kind, size, 0, value);
            case StackMapLocationKind.ConstantIndex:
                if ((uint)value >= (uint)constants.Length)
                    throw new BadInputException(reader.Where, start, $"constant {value} of {constants.Length}");
                return new StackMapLocation(StackMapLocationKind.Constant, size, 0, constants[value]);
            default:
                throw new BadInputException(reader.Where, start, $"location kind {(byte)kind} is not known");
        }
    }

    /// <summary>Tables start at multiples of 8 in the section, so alignment is that of the section offset.</summary>
    private static void Align(ref FieldReader reader) => reader.Bytes(-reader.Offset & 7);

    private static void CheckCount(in FieldReader reader, uint count, int bytesEach, string what)
    {
        if (count > (uint)(reader.Remaining / bytesEach))
        {
            throw new BadInputException(
                reader.Where, reader.Offset, $"{count} {what} do not fit into the {reader.Remaining} bytes left");
        }
    }
}

using Popcorn.Core;
using Popcorn.ObjectFiles.StackMaps;

namespace Popcorn.Samples;

/// <summary>Writes one version 3 table of <c>.llvm_stackmaps</c>; concatenate several for what a linker
/// makes.</summary>
public sealed class StackMapTableBuilder
{
    private readonly List<(ulong Address, List<PendingRecord> Records)> _functions = [];
    private readonly List<long> _constants = [];

    public StackMapTableBuilder Function(ulong address)
    {
        _functions.Add((address, []));
        return this;
    }

    /// <summary>A record of the last function. A constant that does not fit 32 bits goes to the constant pool, as
    /// LLVM's do.</summary>
    public StackMapTableBuilder Record(ulong id, uint offset, params StackMapLocation[] locations)
    {
        _functions[^1].Records.Add(new PendingRecord(id, offset, locations));
        return this;
    }

    /// <summary>A statepoint's record: the three leading constants, then the values.</summary>
    public StackMapTableBuilder Statepoint(ulong id, uint offset, params StackMapLocation[] values)
    {
        StackMapLocation zero = new(StackMapLocationKind.Constant, 8, 0, 0);
        return Record(id, offset, [zero, zero, zero with { Value = values.Length }, .. values]);
    }

    public byte[] Write()
    {
        FieldWriter records = new();
        foreach ((ulong id, uint offset, StackMapLocation[] locations) in _functions.SelectMany(f => f.Records))
        {
            records.U64(id);
            records.U32(offset);
            records.U16(0);
            records.U16((ushort)locations.Length);
            foreach (StackMapLocation location in locations)
                WriteLocation(records, location);
            records.AlignTo(8);
            records.U32(0);
            records.AlignTo(8);
        }
        FieldWriter writer = new();
        writer.U32(3);
        writer.U32((uint)_functions.Count);
        writer.U32((uint)_constants.Count);
        writer.U32((uint)_functions.Sum(f => f.Records.Count));
        foreach ((ulong address, var functionRecords) in _functions)
        {
            writer.U64(address);
            writer.U64(64);
            writer.U64((ulong)functionRecords.Count);
        }
        foreach (long constant in _constants)
            writer.I64(constant);
        writer.Bytes(records.Written);
        return writer.Written.ToArray();
    }

    private void WriteLocation(FieldWriter writer, StackMapLocation location)
    {
        StackMapLocationKind kind = location.Kind;
        int value = unchecked((int)location.Value);
        if (kind == StackMapLocationKind.Constant && value != location.Value)
        {
            kind = StackMapLocationKind.ConstantIndex;
            value = _constants.Count;
            _constants.Add(location.Value);
        }
        writer.U8((byte)kind);
        writer.U8(0);
        writer.U16(location.SizeBytes);
        writer.U16(location.Register);
        writer.U16(0);
        writer.I32(value);
    }

    private sealed record PendingRecord(ulong Id, uint Offset, StackMapLocation[] Locations);
}

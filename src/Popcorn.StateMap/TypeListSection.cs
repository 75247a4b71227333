using Popcorn.Core;

namespace Popcorn.StateMap;

/// <summary>
/// u32 count, u32 offset × count, then the lists: ULEB128 length, per type its number, and for a vector its byte size.
/// Few lists serve all sites, so decoded ones are kept.
/// </summary>
internal sealed class TypeListSection
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly string _where;
    private readonly LiveValueType[]?[] _decoded;

    internal TypeListSection(ReadOnlyMemory<byte> bytes, string where)
    {
        FieldReader reader = new(bytes.Span, where);
        _bytes = bytes;
        _where = where;
        uint count = reader.U32();
        if (count > (uint)reader.Remaining / sizeof(uint))
            throw new BadInputException(where, 0, $"{count} type lists do not fit into {bytes.Length} bytes");
        _decoded = new LiveValueType[count][];
    }

    internal IReadOnlyList<LiveValueType> List(ulong number)
    {
        if (number >= (ulong)_decoded.Length)
            throw new BadInputException(_where, 0, $"type list {number} of {_decoded.Length}");
        // Two threads may decode one list at the same time; both results are the same.
        return _decoded[number] ??= Decode((long)number);
    }

    private LiveValueType[] Decode(long number)
    {
        FieldReader reader = new(_bytes.Span, _where);
        reader.Seek(sizeof(uint) * (1 + number));
        reader.Seek((sizeof(uint) * (1 + (long)_decoded.Length)) + reader.U32());
        ulong count = reader.Uleb128();
        if (count > (ulong)reader.Remaining || count > StateMapFormat.ValuesPerSiteMax)
            throw new BadInputException(
                _where, reader.Offset, $"list of {count} types, {reader.Remaining} bytes are left");
        LiveValueType[] types = new LiveValueType[count];
        for (int i = 0; i < types.Length; i++)
        {
            ValueKind kind = (ValueKind)reader.U8();
            byte vectorBytes = kind is ValueKind.Vector8 or ValueKind.Vector16 ? reader.U8() : (byte)0;
            types[i] = new LiveValueType(kind, vectorBytes);
            if (!types[i].IsValid)
                throw new BadInputException(
                    _where, reader.Offset, $"value type {(byte)kind}.{vectorBytes} is not known");
        }
        return types;
    }
}

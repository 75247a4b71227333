using Popcorn.Core;

namespace Popcorn.StateMap;

/// <summary>u32 count, u32 offset × count, then the strings, each a ULEB128 length and UTF-8.</summary>
internal sealed class StringSection
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly string _where;
    private readonly uint _count;

    internal StringSection(ReadOnlyMemory<byte> bytes, string where)
    {
        FieldReader reader = new(bytes.Span, where);
        _bytes = bytes;
        _where = where;
        _count = reader.U32();
        if (_count > (uint)reader.Remaining / sizeof(uint))
            throw new BadInputException(where, 0, $"{_count} strings do not fit into {bytes.Length} bytes");
    }

    internal string Text(ulong number)
    {
        if (number >= _count)
            throw new BadInputException(_where, 0, $"string {number} of {_count}");
        FieldReader reader = new(_bytes.Span, _where);
        reader.Seek(sizeof(uint) * (1 + (long)number));
        reader.Seek((sizeof(uint) * (1 + (long)_count)) + reader.U32());
        return reader.Text();
    }
}

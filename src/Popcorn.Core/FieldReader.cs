using System.Buffers.Binary;
using System.Text;

namespace Popcorn.Core;

/// <summary>
/// Little-endian reader over untrusted bytes. Each field is bounds-checked once; errors carry <paramref name="where"/> and
/// the offset of the field. All three ISAs are little-endian, so there is no other order.
/// </summary>
public ref struct FieldReader(ReadOnlySpan<byte> bytes, string where)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly string _where = where;

    public int Offset { get; private set; }

    public readonly int Remaining => _bytes.Length - Offset;

    public readonly string Where => _where;

    public void Seek(long offset)
    {
        if (offset < 0 || offset > _bytes.Length)
            throw new BadInputException(_where, Offset, $"offset 0x{offset:x} is outside its {_bytes.Length} bytes");
        Offset = (int)offset;
    }

    public ReadOnlySpan<byte> Bytes(long count)
    {
        if (count < 0 || count > Remaining)
            throw new BadInputException(_where, Offset, $"needs {count} bytes, {Remaining} are left");
        ReadOnlySpan<byte> field = _bytes.Slice(Offset, (int)count);
        Offset += (int)count;
        return field;
    }

    public byte U8() => Bytes(1)[0];

    public ushort U16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2));

    public uint U32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    public int I32() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(4));

    public ulong U64() => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8));

    public long I64() => BinaryPrimitives.ReadInt64LittleEndian(Bytes(8));

    /// <summary>Unsigned LEB128, at most 64 bits.</summary>
    public ulong Uleb128()
    {
        int start = Offset;
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte b = U8();
            if (shift > 63 || (shift == 63 && (b & 0x7e) != 0))
                throw new BadInputException(_where, start, "LEB128 number is larger than 64 bits");
            value |= (ulong)(b & 0x7f) << shift;
            if ((b & 0x80) == 0)
                return value;
        }
    }

    /// <summary>Signed LEB128, at most 64 bits.</summary>
    public long Sleb128()
    {
        int start = Offset;
        long value = 0;
        for (int shift = 0; ; )
        {
            byte b = U8();
            if (shift > 63)
                throw new BadInputException(_where, start, "LEB128 number is larger than 64 bits");
            value |= (long)(b & 0x7f) << shift;
            shift += 7;
            if ((b & 0x80) != 0)
                continue;
            if (shift < 64 && (b & 0x40) != 0)
                value |= -1L << shift;
            return value;
        }
    }

    /// <summary>A ULEB128 byte count, then that many bytes of UTF-8.</summary>
    public string Text()
    {
        ulong length = Uleb128();
        if (length > (ulong)Remaining)
            throw new BadInputException(_where, Offset, $"string of {length} bytes, {Remaining} are left");
        return Encoding.UTF8.GetString(Bytes((long)length));
    }

    /// <summary>Bytes up to a NUL, as UTF-8; the NUL is consumed.</summary>
    public string CString()
    {
        int end = _bytes[Offset..].IndexOf((byte)0);
        if (end < 0)
            throw new BadInputException(_where, Offset, "string has no end");
        string text = Encoding.UTF8.GetString(_bytes.Slice(Offset, end));
        Offset += end + 1;
        return text;
    }
}

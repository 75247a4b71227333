using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Popcorn.Core;

/// <summary>Little-endian writer, the mirror of <see cref="FieldReader"/>: what one writes the other reads.</summary>
public sealed class FieldWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public int Length => _buffer.WrittenCount;

    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    public ReadOnlyMemory<byte> WrittenMemory => _buffer.WrittenMemory;

    public void Bytes(ReadOnlySpan<byte> bytes) => _buffer.Write(bytes);

    public void U8(byte value)
    {
        _buffer.GetSpan(1)[0] = value;
        _buffer.Advance(1);
    }

    public void U16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.GetSpan(2), value);
        _buffer.Advance(2);
    }

    public void U32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.GetSpan(4), value);
        _buffer.Advance(4);
    }

    public void I32(int value) => U32(unchecked((uint)value));

    public void U64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.GetSpan(8), value);
        _buffer.Advance(8);
    }

    public void I64(long value) => U64(unchecked((ulong)value));

    public void Uleb128(ulong value)
    {
        while (value >= 0x80)
        {
            U8((byte)(value | 0x80));
            value >>= 7;
        }
        U8((byte)value);
    }

    public void Sleb128(long value)
    {
        while (true)
        {
            byte b = (byte)(value & 0x7f);
            value >>= 7;
            bool done = (value == 0 && (b & 0x40) == 0) || (value == -1 && (b & 0x40) != 0);
            U8(done ? b : (byte)(b | 0x80));
            if (done)
                return;
        }
    }

    public void Text(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Uleb128((ulong)utf8.Length);
        Bytes(utf8);
    }

    /// <summary>Zero bytes up to the next multiple of <paramref name="alignment"/>, a power of two.</summary>
    public void AlignTo(int alignment)
    {
        while ((Length & (alignment - 1)) != 0)
            U8(0);
    }
}

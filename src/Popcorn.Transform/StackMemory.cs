using System.Buffers.Binary;

namespace Popcorn.Transform;

/// <summary>The bytes of a thread's native stack from its stack pointer up, at the addresses they have in the
/// program.</summary>
public readonly ref struct StackMemory(ulong lowAddress, ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public ulong LowAddress { get; } = lowAddress;

    public ulong HighAddress => LowAddress + (ulong)_bytes.Length;

    public bool TryRead(ulong address, int count, out ReadOnlySpan<byte> bytes)
    {
        ulong offset = address - LowAddress;
        if (offset > (ulong)_bytes.Length || (ulong)count > (ulong)_bytes.Length - offset)
        {
            bytes = default;
            return false;
        }
        bytes = _bytes.Slice((int)offset, count);
        return true;
    }

    public bool TryReadU64(ulong address, out ulong value)
    {
        bool read = TryRead(address, 8, out ReadOnlySpan<byte> bytes);
        value = read ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;
        return read;
    }
}

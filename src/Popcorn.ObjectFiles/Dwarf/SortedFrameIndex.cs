using System.Buffers.Binary;
using Popcorn.Core;

namespace Popcorn.ObjectFiles.Dwarf;

/// <summary>Start address → offset of the FDE in .eh_frame, in address order: either the linker's table or our
/// own.</summary>
internal sealed class SortedFrameIndex
{
    private const int RowBytes = 8;

    private readonly ReadOnlyMemory<byte> _table;
    private readonly ulong _headerAddress;
    private readonly ulong _framesAddress;
    private readonly (ulong Start, int Offset)[] _scanned;
    private readonly int _count;

    private SortedFrameIndex(
        ReadOnlyMemory<byte> table, int count, ulong headerAddress, ulong framesAddress,
        (ulong Start, int Offset)[] scanned)
    {
        _table = table;
        _headerAddress = headerAddress;
        _framesAddress = framesAddress;
        _scanned = scanned;
        _count = count;
    }

    /// <summary>The linker's table, or null when it has none or one in a form nobody writes.</summary>
    internal static SortedFrameIndex? FromHeader(
        ReadOnlyMemory<byte> header, ulong headerAddress, ulong framesAddress, string where)
    {
        FieldReader reader = new(header.Span, where);
        byte version = reader.U8();
        if (version != 1)
            throw new BadInputException(where, 0, $"version {version}, expected 1");
        byte framesEncoding = reader.U8();
        byte countEncoding = reader.U8();
        byte tableEncoding = reader.U8();
        const byte Sorted = DwarfConstants.DW_EH_PE_datarel | DwarfConstants.DW_EH_PE_sdata4;
        if (tableEncoding != Sorted || countEncoding == DwarfConstants.DW_EH_PE_omit)
            return null;
        EncodedPointer.Read(ref reader, framesEncoding, headerAddress, headerAddress);
        ulong count = EncodedPointer.Read(ref reader, countEncoding, headerAddress, headerAddress);
        if (count > (ulong)(reader.Remaining / RowBytes))
            throw new BadInputException(where, reader.Offset, $"table of {count} rows does not fit into the section");
        return new SortedFrameIndex(header[reader.Offset..], (int)count, headerAddress, framesAddress, []);
    }

    internal static SortedFrameIndex FromScan(List<(ulong Start, int Offset)> entries)
    {
        entries.Sort();
        return new SortedFrameIndex(default, entries.Count, 0, 0, [.. entries]);
    }

    /// <summary>The FDE that starts at or last before the address; whether it reaches that far is for the FDE to
    /// say.</summary>
    internal bool TryFind(ulong pc, out int frameOffset)
    {
        int low = 0;
        int high = _count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (StartOf(middle) <= pc)
                low = middle + 1;
            else
                high = middle;
        }
        frameOffset = low == 0 ? 0 : OffsetOf(low - 1);
        return low != 0 && frameOffset >= 0;
    }

    private ulong StartOf(int row) => _scanned.Length > 0
        ? _scanned[row].Start
        : _headerAddress + (ulong)BinaryPrimitives.ReadInt32LittleEndian(_table.Span[(row * RowBytes)..]);

    private int OffsetOf(int row)
    {
        if (_scanned.Length > 0)
            return _scanned[row].Offset;
        ulong address = _headerAddress
            + (ulong)BinaryPrimitives.ReadInt32LittleEndian(_table.Span[((row * RowBytes) + 4)..]);
        ulong offset = address - _framesAddress;
        return offset <= int.MaxValue ? (int)offset : -1;
    }
}

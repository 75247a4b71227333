using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;

namespace Popcorn.ObjectFiles.Dwarf;

/// <summary>
/// The <c>.eh_frame</c> of a linked file. Lookup goes through <c>.eh_frame_hdr</c>'s sorted table where there is one,
/// else through an index built by one pass. Immutable; each lookup decodes one FDE, so callers that ask again for a pc
/// should keep the row.
/// </summary>
public sealed class UnwindTable
{
    /// <summary>No ISA has a higher DWARF register number than AArch64's p15 and z31 (127); rules past it are
    /// broken.</summary>
    public const int RegisterNumberMax = 127;

    private readonly ReadOnlyMemory<byte> _frames;
    private readonly ulong _framesAddress;
    private readonly string _where;
    private readonly SortedFrameIndex _index;

    private UnwindTable(ReadOnlyMemory<byte> frames, ulong framesAddress, string where, SortedFrameIndex? index)
    {
        _frames = frames;
        _framesAddress = framesAddress;
        _where = where;
        _index = index ?? SortedFrameIndex.FromScan(ScanEntries());
    }

    public static UnwindTable Read(ElfFile elf)
    {
        ArgumentNullException.ThrowIfNull(elf);
        ElfSection? frames = elf.FindSection(".eh_frame");
        if (frames is null)
            throw new BadInputException($"{elf.Where}: has no .eh_frame section, so its stacks cannot be read");
        ElfSection? header = elf.FindSection(".eh_frame_hdr");
        SortedFrameIndex? index = header is null
            ? null
            : SortedFrameIndex.FromHeader(
                elf.BytesOf(header), header.Address, frames.Address, $"{elf.Where}({header.Name})");
        return new UnwindTable(elf.BytesOf(frames), frames.Address, $"{elf.Where}({frames.Name})", index);
    }

    /// <summary>A table from bare section bytes, without an index of its own.</summary>
    public static UnwindTable FromSection(ReadOnlyMemory<byte> frames, ulong address, string where) =>
        new(frames, address, where, index: null);

    /// <summary>The rules that hold at an instruction, or false when no FDE covers it.</summary>
    public bool TryFindRow(ulong pc, out UnwindRow? row)
    {
        row = null;
        if (!_index.TryFind(pc, out int offset))
            return false;
        FieldReader reader = new(_frames.Span, _where);
        reader.Seek(offset);
        if (!TryReadEntry(ref reader, out FrameEntry entry, out _) || pc < entry.Start || pc >= entry.End)
            return false;
        row = UnwindProgram.Run(_frames, _where, entry, pc);
        return true;
    }

    private List<(ulong Start, int Offset)> ScanEntries()
    {
        List<(ulong Start, int Offset)> entries = [];
        FieldReader reader = new(_frames.Span, _where);
        while (reader.Remaining > 0)
        {
            int offset = reader.Offset;
            if (TryReadEntry(ref reader, out FrameEntry entry, out int next))
                entries.Add((entry.Start, offset));
            if (next == offset)
                break;
            reader.Seek(next);
        }
        return entries;
    }

    /// <summary>Reads the entry at the reader. False for a CIE (<paramref name="next"/> behind it) and for the
    /// terminator (<paramref name="next"/> = its own offset).</summary>
    private bool TryReadEntry(ref FieldReader reader, out FrameEntry entry, out int next)
    {
        entry = default;
        int start = reader.Offset;
        next = start;
        ulong length = reader.U32();
        if (length == 0)
            return false;
        if (length == 0xffffffff)
            length = reader.U64();
        if (length > (ulong)reader.Remaining)
            throw new BadInputException(_where, start, $"entry of {length} bytes, {reader.Remaining} are left");
        int idOffset = reader.Offset;
        next = idOffset + (int)length;
        uint id = reader.U32();
        if (id == 0)
            return false;
        CommonEntry common = ReadCommon(idOffset - (long)id, start);
        ulong begin = EncodedPointer.Read(ref reader, common.PointerEncoding, _framesAddress, dataBase: 0);
        ulong size = EncodedPointer.Value(ref reader, common.PointerEncoding);
        if (common.HasAugmentation)
        {
            ulong bytes = reader.Uleb128();
            reader.Bytes((long)Math.Min(bytes, int.MaxValue));
        }
        if (reader.Offset > next)
            throw new BadInputException(_where, start, "FDE is longer than its length says");
        entry = new FrameEntry(common, begin, unchecked(begin + size), reader.Offset, next);
        return true;
    }

    private CommonEntry ReadCommon(long offset, int from)
    {
        FieldReader reader = new(_frames.Span, _where);
        reader.Seek(offset);
        ulong length = reader.U32();
        if (length == 0xffffffff)
            length = reader.U64();
        if (length > (ulong)reader.Remaining)
            throw new BadInputException(_where, offset, $"CIE of {length} bytes, {reader.Remaining} are left");
        int end = reader.Offset + (int)length;
        if (reader.U32() != 0)
            throw new BadInputException(_where, from, $"FDE points to 0x{offset:x}, where there is no CIE");
        return CommonEntry.Read(ref reader, end);
    }
}

using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Popcorn.Core;

namespace Popcorn.StateMap;

/// <summary>
/// The return points of one ISA:
/// <code>
///  0  u32 points    4  u32 dictionary rows    8  u32 shared lists    12  u32 bytes of point entries
/// 16  chunks, one per 32 points: u32 first return address, u32 offset of its entries in the data
///     dictionary: u16 kind, u16 register, i64 operand
///     shared lists: u32 offset × (lists + 1) in the data
///     data: point entries, then the shared lists' bytes
/// </code>
/// </summary>
internal sealed class ReturnPointTable
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly string _where;
    private readonly int _pointCount;
    private readonly int _sharedCount;
    private readonly int _sharedStart;
    private readonly int _dataStart;
    private readonly ValueLocation[] _dictionary;

    internal ReturnPointTable(ReadOnlyMemory<byte> bytes, string where)
    {
        _bytes = bytes;
        _where = where;
        FieldReader reader = new(bytes.Span, where);
        uint points = reader.U32();
        uint dictionaryRows = reader.U32();
        uint shared = reader.U32();
        uint dataBytes = reader.U32();
        ulong chunks = ((ulong)points + StateMapFormat.PointsPerChunk - 1) / StateMapFormat.PointsPerChunk;
        ulong fixedBytes = (chunks * StateMapFormat.ChunkRowBytes)
            + ((ulong)dictionaryRows * StateMapFormat.DictionaryRowBytes)
            + (((ulong)shared + 1) * sizeof(uint));
        if (dictionaryRows > StateMapFormat.DictionaryRowsMax || points > int.MaxValue
            || fixedBytes + dataBytes > (ulong)reader.Remaining)
        {
            throw new BadInputException(where, 0, $"{points} return points do not fit into {bytes.Length} bytes");
        }
        _pointCount = (int)points;
        _sharedCount = (int)shared;
        reader.Seek(reader.Offset + (int)chunks * StateMapFormat.ChunkRowBytes);
        _dictionary = new ValueLocation[dictionaryRows];
        for (int i = 0; i < _dictionary.Length; i++)
        {
            LocationKind kind = (LocationKind)reader.U16();
            _dictionary[i] = new ValueLocation(kind, reader.U16(), reader.I64());
            if (kind > LocationKind.Memory)
                throw new BadInputException(where, reader.Offset, $"location kind {(byte)kind} is not known");
        }
        _sharedStart = reader.Offset;
        _dataStart = reader.Offset + (((int)shared + 1) * sizeof(uint));
    }

    private int ChunkCount =>
        (int)(((long)_pointCount + StateMapFormat.PointsPerChunk - 1) / StateMapFormat.PointsPerChunk);

    internal bool TryFind(StateMapReader map, ulong address, [NotNullWhen(true)] out ReturnPoint? point)
    {
        point = null;
        int chunk = FindChunk(address);
        if (chunk < 0)
            return false;
        Cursor cursor = new(this, chunk);
        while (cursor.Next())
        {
            if (cursor.Address < address)
                continue;
            if (cursor.Address == address)
                point = Decode(map, cursor);
            break;
        }
        return point is not null;
    }

    /// <summary>Points in address order, from the first at or behind the address.</summary>
    internal IEnumerable<ReturnPoint> From(StateMapReader map, ulong address)
    {
        for (int chunk = Math.Max(FindChunk(address), 0); chunk < ChunkCount; chunk++)
        {
            List<ReturnPoint> points = [];
            Cursor cursor = new(this, chunk);
            while (cursor.Next())
            {
                if (cursor.Address >= address)
                    points.Add(Decode(map, cursor));
            }
            foreach (ReturnPoint point in points)
                yield return point;
        }
    }

    /// <summary>The last chunk whose first address is not above the address, or -1.</summary>
    private int FindChunk(ulong address)
    {
        ReadOnlySpan<byte> rows = _bytes.Span[StateMapFormat.PointHeaderBytes..];
        int low = 0;
        int high = ChunkCount;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (BinaryPrimitives.ReadUInt32LittleEndian(rows[(middle * StateMapFormat.ChunkRowBytes)..]) <= address)
                low = middle + 1;
            else
                high = middle;
        }
        return low - 1;
    }

    private ReturnPoint Decode(StateMapReader map, in Cursor cursor)
    {
        (int function, int site, int valueCount) = map.Locate((ulong)cursor.Site);
        FieldReader reader = new(_bytes.Span, _where);
        int end;
        if ((cursor.ListHead & 1) != 0)
        {
            reader.Seek(cursor.ListStart);
            end = cursor.ListStart + (int)(cursor.ListHead >> 1);
        }
        else
        {
            ulong number = cursor.ListHead >> 1;
            if (number >= (ulong)_sharedCount)
                throw new BadInputException(_where, cursor.ListStart, $"shared list {number} of {_sharedCount}");
            reader.Seek(_sharedStart + ((long)number * sizeof(uint)));
            long start = _dataStart + (long)reader.U32();
            long sharedEnd = _dataStart + (long)reader.U32();
            reader.Seek(sharedEnd);
            reader.Seek(start);
            end = (int)sharedEnd;
        }
        if (valueCount > end - reader.Offset)
            throw new BadInputException(_where, reader.Offset, $"{valueCount} values in {end - reader.Offset} bytes");
        ValueLocation[] locations = new ValueLocation[valueCount];
        for (int i = 0; i < locations.Length; i++)
            locations[i] = ReadLocation(ref reader);
        if (reader.Offset != end)
            throw new BadInputException(_where, reader.Offset, "location list and its site differ in length");
        return new ReturnPoint(cursor.Address, function, site, cursor.IsResume, locations);
    }

    private ValueLocation ReadLocation(ref FieldReader reader)
    {
        byte code = reader.U8();
        switch (code)
        {
            case StateMapFormat.EscapeConstant:
                return ValueLocation.Constant(reader.Sleb128());
            case StateMapFormat.EscapeRegister:
                return ValueLocation.InRegister(ReadRegister(ref reader));
            case StateMapFormat.EscapeMemory:
                int register = ReadRegister(ref reader);
                return ValueLocation.InMemory(register, reader.Sleb128());
            default:
                return code < _dictionary.Length
                    ? _dictionary[code]
                    : throw new BadInputException(_where, reader.Offset - 1, $"location code {code} is not known");
        }
    }

    private int ReadRegister(ref FieldReader reader)
    {
        ulong register = reader.Uleb128();
        return register <= ushort.MaxValue
            ? (int)register
            : throw new BadInputException(_where, reader.Offset, $"register {register} does not exist");
    }

    /// <summary>Walks the entries of one chunk without decoding their location lists.</summary>
    private ref struct Cursor
    {
        private FieldReader _reader;
        private int _left;

        internal Cursor(ReturnPointTable table, int chunk)
        {
            _reader = new FieldReader(table._bytes.Span, table._where);
            _reader.Seek(StateMapFormat.PointHeaderBytes + ((long)chunk * StateMapFormat.ChunkRowBytes));
            Address = _reader.U32();
            _reader.Seek(table._dataStart + (long)_reader.U32());
            _left = Math.Min(
                StateMapFormat.PointsPerChunk, table._pointCount - (chunk * StateMapFormat.PointsPerChunk));
        }

        internal ulong Address { get; private set; }

        internal long Site { get; private set; }

        internal bool IsResume { get; private set; }

        internal ulong ListHead { get; private set; }

        internal int ListStart { get; private set; }

        internal bool Next()
        {
            if (_left == 0)
                return false;
            _left--;
            Address = unchecked(Address + _reader.Uleb128());
            long site = _reader.Sleb128();
            IsResume = (site & 1) != 0;
            Site = unchecked(Site + (site >> 1));
            ListHead = _reader.Uleb128();
            ListStart = _reader.Offset;
            if ((ListHead & 1) != 0)
                _reader.Bytes((long)Math.Min(ListHead >> 1, int.MaxValue));
            return true;
        }
    }
}

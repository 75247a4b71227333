using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Popcorn.Core;

namespace Popcorn.StateMap;

/// <summary>
/// A state map as the compiler wrote it (docs/formats/statemap.md). Opening checks the header and section bounds only;
/// the first question that needs a section unpacks it, and each decodes the few bytes it needs. Safe for use by several
/// threads.
/// </summary>
public sealed class StateMapReader
{
    private readonly SectionTable _sections;
    private readonly ReadOnlyMemory<byte> _functions;
    private readonly Lazy<StringSection> _strings;
    private readonly TypeListSection _typeLists;
    private readonly ReadOnlyMemory<byte> _sites;
    private readonly Lazy<ReadOnlyMemory<byte>?> _details;
    private readonly Lazy<ReadOnlyMemory<byte>?> _savedValues;
    private readonly Dictionary<Isa, Lazy<ReturnPointTable>> _points = [];
    private readonly Dictionary<Isa, ReadOnlyMemory<byte>> _resumeAddresses = [];

    private StateMapReader(ReadOnlyMemory<byte> bytes, string where)
    {
        Where = where;
        FieldReader reader = new(bytes.Span, where);
        if (!reader.Bytes(StateMapFormat.Magic.Length).SequenceEqual(StateMapFormat.Magic))
            throw new BadInputException(where, 0, "not a state map");
        uint version = reader.U32();
        if (version != StateMapFormat.Version)
        {
            throw new BadInputException(
                where, 8, $"state map version {version}, this tool reads version {StateMapFormat.Version}");
        }
        uint sectionCount = reader.U32();
        FunctionCount = Count(reader.U32(), where, 16, "functions");
        SiteCount = Count(reader.U32(), where, 20, "sites");
        reader.U32();
        uint buildIdBytes = reader.U32();
        if (buildIdBytes > StateMapFormat.BuildIdBytesMax || sectionCount > StateMapFormat.SectionCountMax)
            throw new BadInputException(
                where, 12, $"{sectionCount} sections, build id of {buildIdBytes} bytes: too many");
        BuildId = bytes.Slice(reader.Offset, Math.Min((int)buildIdBytes, reader.Remaining));
        reader.Seek(StateMapFormat.HeaderBytes);
        SectionTable sections = SectionTable.Read(ref reader, (int)sectionCount, bytes);

        _functions = sections.Require(StateMapSection.Functions, 0);
        if (_functions.Length < (long)FunctionCount * StateMapFormat.FunctionRowBytes)
            throw new BadInputException(where, 16, $"{FunctionCount} functions do not fit into their section");
        _strings = new(() => new StringSection(sections.Require(StateMapSection.Strings, 0), $"{where}(strings)"));
        _typeLists = new TypeListSection(sections.Require(StateMapSection.TypeLists, 0), $"{where}(type lists)");
        _sites = sections.Require(StateMapSection.Sites, 0);
        _details = new(() => sections.Find(StateMapSection.Details, 0));
        _savedValues = new(() => sections.Find(StateMapSection.SavedValues, 0));
        Isas = sections.Isas(StateMapSection.ReturnPoints);
        foreach (Isa isa in Isas)
        {
            _points[isa] = new(() => new ReturnPointTable(
                sections.Require(StateMapSection.ReturnPoints, isa), $"{where}(return points {isa.Name()})"));
            ReadOnlyMemory<byte> resume = sections.Require(StateMapSection.ResumeAddresses, isa);
            if (resume.Length < (long)FunctionCount * sizeof(uint))
                throw new BadInputException(
                    where, 16, $"resume addresses of {isa.Name()} do not fit into their section");
            _resumeAddresses[isa] = resume;
        }
        _sections = sections;
    }

    /// <summary>The map's name in messages.</summary>
    public string Where { get; }

    public ReadOnlyMemory<byte> BuildId { get; }

    public IReadOnlyList<Isa> Isas { get; }

    public int FunctionCount { get; }

    /// <summary>Over all functions.</summary>
    public int SiteCount { get; }

    /// <summary>Whether callees, lines and value names are there.</summary>
    public bool HasDetails => _details.Value is not null;

    /// <summary>Section name and bytes, for the dumper.</summary>
    internal IReadOnlyList<(string Name, int Bytes)> SectionSizes => _sections.Sizes();

    public static StateMapReader Open(ReadOnlyMemory<byte> bytes, string where) => new(bytes, where);

    public StateMapFunction Function(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)FunctionCount, nameof(index));
        ReadOnlySpan<byte> row = _functions.Span.Slice(index * StateMapFormat.FunctionRowBytes);
        uint first = BinaryPrimitives.ReadUInt32LittleEndian(row[8..]);
        uint next = index + 1 < FunctionCount
            ? BinaryPrimitives.ReadUInt32LittleEndian(row[(StateMapFormat.FunctionRowBytes + 8)..])
            : (uint)SiteCount;
        if (first > next || next > (uint)SiteCount)
            throw new BadInputException($"{Where}: sites {first} to {next} of function {index} are not in the map");
        return new StateMapFunction(
            index, BinaryPrimitives.ReadUInt32LittleEndian(row), BinaryPrimitives.ReadUInt32LittleEndian(row[4..]),
            (int)first, (int)(next - first));
    }

    public string NameOf(int functionIndex)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(
            (uint)functionIndex, (uint)FunctionCount, nameof(functionIndex));
        return _strings.Value.Text(BinaryPrimitives.ReadUInt32LittleEndian(
            _functions.Span[((functionIndex * StateMapFormat.FunctionRowBytes) + 12)..]));
    }

    /// <summary>Address of the function's resume clone on one ISA.</summary>
    public ulong ResumeAddress(Isa isa, int functionIndex)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(
            (uint)functionIndex, (uint)FunctionCount, nameof(functionIndex));
        return _resumeAddresses.TryGetValue(isa, out ReadOnlyMemory<byte> addresses)
            ? BinaryPrimitives.ReadUInt32LittleEndian(addresses.Span[(functionIndex * sizeof(uint))..])
            : throw new BadInputException($"{Where}: has nothing for {isa.Name()}");
    }

    /// <summary>The function whose span holds the address, which is one of common text.</summary>
    public bool TryFindFunction(ulong address, out StateMapFunction function)
    {
        int low = 0;
        int high = FunctionCount;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            uint start = BinaryPrimitives.ReadUInt32LittleEndian(
                _functions.Span[(middle * StateMapFormat.FunctionRowBytes)..]);
            if (start <= address)
                low = middle + 1;
            else
                high = middle;
        }
        function = low == 0 ? default : Function(low - 1);
        return low != 0 && address - function.Address < function.SizeBytes;
    }

    public StateMapSite Site(int functionIndex, int siteIndex)
    {
        FieldReader reader = SeekSite(functionIndex, siteIndex, _sites, "sites", out int before);
        for (; before > 0; before--)
            reader.Uleb128();
        ulong value = reader.Uleb128();
        SiteKind kind = (SiteKind)(value & 3);
        if (kind > SiteKind.SystemCall)
            throw new BadInputException(reader.Where, reader.Offset, $"site kind {(byte)kind} is not known");
        return new StateMapSite(functionIndex, siteIndex, kind, _typeLists.List(value >> 2));
    }

    /// <summary>Names and line of a site; empty ones when the map was written without details.</summary>
    public SiteDetail Detail(int functionIndex, int siteIndex)
    {
        int valueCount = Site(functionIndex, siteIndex).Types.Count;
        string[] valueNames = new string[valueCount];
        if (_details.Value is not { } details)
        {
            Array.Fill(valueNames, "");
            return new SiteDetail("", "", 0, valueNames);
        }
        FieldReader reader = SeekSite(functionIndex, siteIndex, details, "details", out int before);
        for (; before > 0; before--)
        {
            reader.Uleb128();
            reader.Uleb128();
            reader.Uleb128();
            for (ulong names = reader.Uleb128(); names > 0; names--)
                reader.Uleb128();
        }
        string callee = _strings.Value.Text(reader.Uleb128());
        string file = _strings.Value.Text(reader.Uleb128());
        ulong line = reader.Uleb128();
        ulong count = reader.Uleb128();
        if (count != (ulong)valueCount || line > int.MaxValue)
        {
            throw new BadInputException(
                reader.Where, reader.Offset, $"{count} names for {valueCount} values, on line {line}");
        }
        for (int i = 0; i < valueNames.Length; i++)
            valueNames[i] = _strings.Value.Text(reader.Uleb128());
        return new SiteDetail(callee, file, (int)line, valueNames) { Saved = SavedValues(functionIndex, siteIndex) };
    }

    /// <summary>Whose return address this is, or false when it belongs to no site.</summary>
    public bool TryFindReturnPoint(Isa isa, ulong returnAddress, [NotNullWhen(true)] out ReturnPoint? point)
    {
        point = null;
        return _points.TryGetValue(isa, out Lazy<ReturnPointTable>? table)
            && table.Value.TryFind(this, returnAddress, out point);
    }

    /// <summary>Every return point of an ISA, in address order.</summary>
    public IEnumerable<ReturnPoint> ReturnPoints(Isa isa) =>
        _points.TryGetValue(isa, out Lazy<ReturnPointTable>? table) ? table.Value.From(this, 0) : [];

    /// <summary>Unpacks now what questions about an ISA's return points need, rather than with the first
    /// one.</summary>
    public void Prepare(Isa isa)
    {
        if (_points.TryGetValue(isa, out Lazy<ReturnPointTable>? table))
            _ = table.Value;
    }

    /// <summary>Return points of a site in the function's ordinary code on an ISA: none, one, or several.</summary>
    public IReadOnlyList<ReturnPoint> ReturnPointsOf(Isa isa, int functionIndex, int siteIndex)
    {
        List<ReturnPoint> found = [];
        StateMapFunction function = Function(functionIndex);
        if (!_points.TryGetValue(isa, out Lazy<ReturnPointTable>? table))
            return found;
        foreach (ReturnPoint point in table.Value.From(this, function.Address))
        {
            // A call at the very end returns to the first byte behind the function.
            if (point.Address > function.Address + function.SizeBytes)
                break;
            if (point.FunctionIndex == functionIndex && point.SiteIndex == siteIndex && !point.IsResume)
                found.Add(point);
        }
        return found;
    }

    /// <summary>Function and site of a site number of the whole map, and how many values it has.</summary>
    internal (int FunctionIndex, int SiteIndex, int ValueCount) Locate(ulong globalSite)
    {
        if (globalSite >= (ulong)SiteCount)
            throw new BadInputException($"{Where}: site {globalSite} of {SiteCount}");
        int low = 0;
        int high = FunctionCount;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if ((ulong)Function(middle).FirstSite <= globalSite)
                low = middle + 1;
            else
                high = middle;
        }
        if (low == 0)
            throw new BadInputException($"{Where}: site {globalSite} belongs to no function");
        int function = low - 1;
        int site = (int)globalSite - Function(function).FirstSite;
        return (function, site, Site(function, site).Types.Count);
    }

    private static int Count(uint count, string where, int offset, string what) => count <= int.MaxValue
        ? (int)count
        : throw new BadInputException(where, offset, $"{count} {what} are too many");

    private SavedValue[] SavedValues(int functionIndex, int siteIndex)
    {
        if (_savedValues.Value is not { } section)
            return [];
        FieldReader reader = SeekSite(functionIndex, siteIndex, section, "saved values", out int before);
        for (; before > 0; before--)
            _ = SavedValuesSection.ReadSite(ref reader, _strings.Value);
        return SavedValuesSection.ReadSite(ref reader, _strings.Value);
    }

    /// <summary>A reader at the start of the chunk that holds the site, and the entries to skip in it.</summary>
    private FieldReader SeekSite(
        int functionIndex, int siteIndex, ReadOnlyMemory<byte> section, string name, out int before)
    {
        StateMapFunction function = Function(functionIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(
            (uint)siteIndex, (uint)function.SiteCount, nameof(siteIndex));
        int site = function.FirstSite + siteIndex;
        long chunks = ((long)SiteCount + StateMapFormat.SitesPerChunk - 1) / StateMapFormat.SitesPerChunk;
        before = site % StateMapFormat.SitesPerChunk;
        FieldReader reader = new(section.Span, $"{Where}({name})");
        reader.Seek(site / StateMapFormat.SitesPerChunk * (long)sizeof(uint));
        reader.Seek((chunks * sizeof(uint)) + reader.U32());
        return reader;
    }
}

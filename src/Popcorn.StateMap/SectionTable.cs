using Popcorn.Core;

namespace Popcorn.StateMap;

/// <summary>The section table of a state map: kind and ISA → bytes, every extent checked. A section is unpacked each
/// time it is asked for; who asks keeps it.</summary>
internal sealed class SectionTable
{
    private readonly List<Row> _sections = [];
    private readonly string _where;

    private SectionTable(string where) => _where = where;

    internal static SectionTable Read(ref FieldReader reader, int count, ReadOnlyMemory<byte> file)
    {
        SectionTable table = new(reader.Where);
        for (int i = 0; i < count; i++)
        {
            int at = reader.Offset;
            StateMapSection kind = (StateMapSection)reader.U32();
            uint isa = reader.U32();
            uint offset = reader.U32();
            uint packed = reader.U32();
            uint bytes = reader.U32();
            if (offset > (uint)file.Length || packed > (uint)file.Length - offset)
            {
                throw new BadInputException(
                    reader.Where, at, $"section {kind} of {packed} bytes reaches past the end of the file");
            }
            ReadOnlyMemory<byte> content = file.Slice((int)offset, (int)packed);
            table._sections.Add(new Row(kind, isa, content, bytes));
        }
        return table;
    }

    internal ReadOnlyMemory<byte>? Find(StateMapSection kind, Isa isa)
    {
        Row? row = _sections.Find(section => section.Kind == kind && section.Isa == (uint)isa);
        if (row is null)
            return null;
        return PackedBytes.TryUnpack(row.Packed, row.Bytes, out ReadOnlyMemory<byte> bytes)
            ? bytes
            : throw new BadInputException($"{_where}: section {kind} is damaged: it cannot be unpacked");
    }

    internal ReadOnlyMemory<byte> Require(StateMapSection kind, Isa isa) => Find(kind, isa)
        ?? throw new BadInputException(_where, StateMapFormat.HeaderBytes, $"section {kind} is missing");

    internal List<Isa> Isas(StateMapSection kind)
    {
        List<Isa> isas = [];
        foreach (Isa isa in IsaNames.All)
        {
            if (_sections.Exists(section => section.Kind == kind && section.Isa == (uint)isa))
                isas.Add(isa);
        }
        return isas;
    }

    /// <summary>Names and bytes in the file, for the dumper; sections this version does not know are listed by
    /// number.</summary>
    internal List<(string Name, int Bytes)> Sizes() => _sections.ConvertAll(section =>
        (section.Isa == 0 ? $"{section.Kind}" : $"{section.Kind} {(Isa)section.Isa}", section.Packed.Length));

    /// <summary>One section.</summary>
    /// <param name="Packed">As it is in the file.</param>
    /// <param name="Bytes">How many it has unpacked.</param>
    private sealed record Row(StateMapSection Kind, uint Isa, ReadOnlyMemory<byte> Packed, uint Bytes);
}

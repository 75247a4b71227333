using Popcorn.Core;

namespace Popcorn.StateMap;

/// <summary>The section table of a state map: kind and ISA → bytes, every extent checked.</summary>
internal sealed class SectionTable
{
    private readonly List<(StateMapSection Kind, uint Isa, ReadOnlyMemory<byte> Bytes)> _sections = [];
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
            uint bytes = reader.U32();
            if (offset > (uint)file.Length || bytes > (uint)file.Length - offset)
            {
                throw new BadInputException(
                    reader.Where, at, $"section {kind} of {bytes} bytes reaches past the end of the file");
            }
            table._sections.Add((kind, isa, file.Slice((int)offset, (int)bytes)));
        }
        return table;
    }

    internal ReadOnlyMemory<byte>? Find(StateMapSection kind, Isa isa)
    {
        foreach ((StateMapSection Kind, uint Isa, ReadOnlyMemory<byte> Bytes) section in _sections)
        {
            if (section.Kind == kind && section.Isa == (uint)isa)
                return section.Bytes;
        }
        return null;
    }

    internal ReadOnlyMemory<byte> Require(StateMapSection kind, Isa isa) => Find(kind, isa)
        ?? throw new BadInputException(_where, StateMapFormat.HeaderBytes, $"section {kind} is missing");

    internal List<Isa> Isas(StateMapSection kind)
    {
        List<Isa> isas = [];
        foreach (Isa isa in IsaNames.All)
        {
            if (Find(kind, isa) is not null)
                isas.Add(isa);
        }
        return isas;
    }

    /// <summary>Names and bytes for the dumper; sections this version does not know are listed by number.</summary>
    internal List<(string Name, int Bytes)> Sizes() => _sections.ConvertAll(section =>
        (section.Isa == 0 ? $"{section.Kind}" : $"{section.Kind} {(Isa)section.Isa}", section.Bytes.Length));
}

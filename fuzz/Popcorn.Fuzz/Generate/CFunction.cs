namespace Popcorn.Fuzz;

/// <summary>A generated function as its callers see it. Every one takes how deep it may still recurse last.</summary>
internal sealed record CFunction(string Name, CType Returns, IReadOnlyList<CType> Parameters)
{
    /// <summary>A guaranteed tail call can pass no more than RISC-V has registers for, and no struct.</summary>
    internal bool FitsRegisters => Parameters.Count <= 3 && Parameters.Append(Returns).All(t => t.FitsRegister);

    internal string Prototype(bool named) => $"{Returns.Name} {Name}({ParameterList(named)})";

    internal string PointerTo(string name) => $"{Returns.Name} (*{name})({ParameterList(named: false)})";

    private string ParameterList(bool named)
    {
        IEnumerable<string> list = Parameters.Select((t, i) => named ? $"{t.Name} p{i}" : t.Name);
        return string.Join(", ", list.Append(named ? "int depth" : "int"));
    }
}

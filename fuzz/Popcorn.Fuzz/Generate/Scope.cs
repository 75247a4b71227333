namespace Popcorn.Fuzz;

/// <summary>A name an expression may read, and a statement may assign when it is not
/// <paramref name="Fixed"/>.</summary>
internal sealed record Variable(string Name, CType Type, bool Fixed = false);

/// <summary>The names visible at a place in a function; inner scopes see the outer ones.</summary>
internal sealed class Scope(Scope? outer, IEnumerable<Variable> variables)
{
    private readonly List<Variable> _variables = [.. variables];

    internal void Add(Variable variable) => _variables.Add(variable);

    internal List<Variable> OfType(CType type) => [.. All().Where(v => v.Type == type)];

    internal List<Variable> Assignable() => [.. All().Where(v => !v.Fixed)];

    internal IEnumerable<Variable> All() => outer is null ? _variables : _variables.Concat(outer.All());
}

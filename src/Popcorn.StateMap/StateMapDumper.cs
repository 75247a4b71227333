using Popcorn.Core;

namespace Popcorn.StateMap;

/// <summary>Writes a state map as text, for <c>popcorn inspect</c> and for people who debug the compiler.</summary>
public static class StateMapDumper
{
    /// <summary>Every function and site with its values' locations on the given ISAs (null: all the map has).</summary>
    public static void Dump(StateMapReader map, TextWriter output, IReadOnlyList<Isa>? isas = null) =>
        throw new NotImplementedException();

    /// <summary>A page of totals: functions, sites, values, return points, bytes by section.</summary>
    public static void Summarize(StateMapReader map, TextWriter output) => throw new NotImplementedException();
}

namespace Popcorn.Fuzz;

/// <summary>Every type of one program, with integers most often.</summary>
internal sealed class AllTypes(Dice dice, IReadOnlyList<StructType> structs)
{
    internal IEnumerable<CType> Every =>
        CType.Integers.Concat(CType.Floats).Concat(CType.Others).Concat(structs.Select(s => s.Type));

    internal IReadOnlyList<StructType> Structs => structs;

    internal CType Any() => dice.Below(10) switch
    {
        0 or 1 => dice.Pick(CType.Floats),
        2 or 3 => dice.Pick(CType.Others),
        4 or 5 => dice.Pick(structs).Type,
        _ => dice.Pick(CType.Integers),
    };

    internal CType Scalar() => dice.Chance(25) ? dice.Pick(CType.Floats) : dice.Pick(CType.Integers);
}

namespace Popcorn.Fuzz;

internal enum CKind
{
    Signed,
    Unsigned,
    Float,
    Complex,
    UnsignedVector,
    DoubleVector,
    Struct,
}

/// <summary>A type of the generated programs; the names are typedefs of their prelude.</summary>
/// <param name="Name">The typedef.</param>
/// <param name="Kind">What can be done with it.</param>
/// <param name="Bits">Width of an integer; bits of a float.</param>
/// <param name="Lanes">Elements of a vector.</param>
internal sealed record CType(string Name, CKind Kind, int Bits = 0, int Lanes = 0)
{
    internal static readonly CType I32 = new("i32", CKind.Signed, 32);
    internal static readonly CType I64 = new("i64", CKind.Signed, 64);
    internal static readonly CType U64 = new("u64", CKind.Unsigned, 64);
    internal static readonly CType F64 = new("f64", CKind.Float, 64);

    internal static readonly IReadOnlyList<CType> Integers =
    [
        new("i8", CKind.Signed, 8), new("i16", CKind.Signed, 16), I32, I64, new("i128", CKind.Signed, 128),
        new("u8", CKind.Unsigned, 8), new("u16", CKind.Unsigned, 16), new("u32", CKind.Unsigned, 32), U64,
        new("u128", CKind.Unsigned, 128),
    ];

    internal static readonly IReadOnlyList<CType> Floats =
        [new("f32", CKind.Float, 32), F64, new("f128", CKind.Float, 128)];

    internal static readonly IReadOnlyList<CType> Others =
    [
        new("c32", CKind.Complex, 32), new("c64", CKind.Complex, 64), new("v2u", CKind.UnsignedVector, 8, 2),
        new("v4u", CKind.UnsignedVector, 16, 4), new("v8u", CKind.UnsignedVector, 32, 8),
        new("v16u", CKind.UnsignedVector, 64, 16), new("v2d", CKind.DoubleVector, 16, 2),
        new("v4d", CKind.DoubleVector, 32, 4),
    ];

    internal bool IsInteger => Kind is CKind.Signed or CKind.Unsigned;

    /// <summary>One or two registers hold it as an argument, on every ISA.</summary>
    internal bool FitsRegister => IsInteger || Kind == CKind.Float;
}

using System.Diagnostics.CodeAnalysis;

namespace Popcorn.StateMap;

/// <summary>Type of a live value; the numbers are those of <c>.pop.sites</c> (contracts, section 6).</summary>
[SuppressMessage("Naming", "CA1720", Justification = "Pointer is what the value is; LLVM calls it so too.")]
public enum ValueKind : byte
{
    I1 = 1,
    I8 = 2,
    I16 = 3,
    I32 = 4,
    I64 = 5,
    I128 = 6,
    Pointer = 7,
    F16 = 8,
    F32 = 9,
    F64 = 10,
    F128 = 11,
    Vector8 = 12,
    Vector16 = 13,
}

/// <summary>Type of a live value with its size: at most 16 bytes.</summary>
/// <param name="VectorBytes">Byte size of a vector, 0 for every other kind.</param>
public readonly record struct LiveValueType(ValueKind Kind, byte VectorBytes = 0)
{
    public const int BytesMax = 16;

    public bool IsVector => Kind is ValueKind.Vector8 or ValueKind.Vector16;

    public int SizeBytes => Kind switch
    {
        ValueKind.I1 or ValueKind.I8 => 1,
        ValueKind.I16 or ValueKind.F16 => 2,
        ValueKind.I32 or ValueKind.F32 => 4,
        ValueKind.I64 or ValueKind.Pointer or ValueKind.F64 => 8,
        ValueKind.I128 or ValueKind.F128 => 16,
        _ => VectorBytes,
    };

    /// <summary>A vector fits its class, everything else has no vector size, and the kind is one of the
    /// contract's.</summary>
    public bool IsValid => Kind switch
    {
        ValueKind.Vector8 => VectorBytes is > 0 and <= 8,
        ValueKind.Vector16 => VectorBytes is > 0 and <= 16,
        _ => VectorBytes == 0 && Kind is >= ValueKind.I1 and <= ValueKind.F128,
    };

    /// <summary>Keeps a value's own bits: what lies above them in a register or slot is not defined.</summary>
    public UInt128 Mask(UInt128 bits) => Kind == ValueKind.I1
        ? bits & UInt128.One
        : SizeBytes >= BytesMax ? bits : bits & ((UInt128.One << (8 * SizeBytes)) - UInt128.One);

    public override string ToString() => Kind switch
    {
        ValueKind.Pointer => "ptr",
        ValueKind.I1 => "i1",
        ValueKind.I8 => "i8",
        ValueKind.I16 => "i16",
        ValueKind.I32 => "i32",
        ValueKind.I64 => "i64",
        ValueKind.I128 => "i128",
        ValueKind.F16 => "f16",
        ValueKind.F32 => "f32",
        ValueKind.F64 => "f64",
        ValueKind.F128 => "f128",
        _ => $"vector{VectorBytes}",
    };
}

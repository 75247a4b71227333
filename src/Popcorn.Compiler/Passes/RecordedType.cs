using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>The numbers of value types in <c>.pop.sites</c> (contracts, section 6).</summary>
internal static class RecordedType
{
    internal const byte None = 0;
    private const byte VectorUpTo8Bytes = 12;
    private const byte VectorUpTo16Bytes = 13;

    internal static bool IsVector(byte type) => type is VectorUpTo8Bytes or VectorUpTo16Bytes;

    /// <summary>0 for types a record cannot hold; such values are demoted to the data stack.</summary>
    internal static byte Of(IrType type) => type.Kind switch
    {
        IrTypeKind.Integer => type.IntegerBits switch
        {
            1 => 1,
            8 => 2,
            16 => 3,
            32 => 4,
            64 => 5,
            128 => 6,
            _ => None,
        },
        IrTypeKind.Pointer => type.AddressSpace == 0 ? (byte)7 : None,
        IrTypeKind.Float => 9,
        IrTypeKind.Double => 10,
        IrTypeKind.Fp128 => 11,
        IrTypeKind.Vector => OfVector(type),
        _ => None,
    };

    internal static uint VectorBytes(IrType type) => type.VectorLength * ElementBytes(type.Element);

    // Only vectors every back end keeps whole: elements of 1, 2, 4 or 8 bytes, 8 or 16 bytes in all.
    private static byte OfVector(IrType type) => VectorBytes(type) switch
    {
        8 => VectorUpTo8Bytes,
        16 => VectorUpTo16Bytes,
        _ => None,
    };

    private static uint ElementBytes(IrType element) => element.Kind switch
    {
        IrTypeKind.Integer => element.IntegerBits is 8 or 16 or 32 or 64 ? element.IntegerBits / 8 : 0,
        IrTypeKind.Float => 4,
        IrTypeKind.Double or IrTypeKind.Pointer => 8,
        _ => 0,
    };
}

namespace Popcorn.Llvm;

/// <summary>LLVM-C's numbers for comparisons of integers and pointers (llvm-c/Core.h).</summary>
public enum IrPredicate
{
    None = 0,
    Equal = 32,
    NotEqual = 33,
    UnsignedGreater = 34,
    UnsignedGreaterOrEqual = 35,
    UnsignedLess = 36,
    UnsignedLessOrEqual = 37,
    SignedGreater = 38,
    SignedGreaterOrEqual = 39,
    SignedLess = 40,
    SignedLessOrEqual = 41,
}

/// <summary>The same comparison, turned round.</summary>
public static class IrPredicates
{
    /// <summary>Holds where the other does not.</summary>
    public static IrPredicate Inverse(this IrPredicate predicate) => predicate switch
    {
        IrPredicate.Equal => IrPredicate.NotEqual,
        IrPredicate.NotEqual => IrPredicate.Equal,
        IrPredicate.UnsignedGreater => IrPredicate.UnsignedLessOrEqual,
        IrPredicate.UnsignedGreaterOrEqual => IrPredicate.UnsignedLess,
        IrPredicate.UnsignedLess => IrPredicate.UnsignedGreaterOrEqual,
        IrPredicate.UnsignedLessOrEqual => IrPredicate.UnsignedGreater,
        IrPredicate.SignedGreater => IrPredicate.SignedLessOrEqual,
        IrPredicate.SignedGreaterOrEqual => IrPredicate.SignedLess,
        IrPredicate.SignedLess => IrPredicate.SignedGreaterOrEqual,
        IrPredicate.SignedLessOrEqual => IrPredicate.SignedGreater,
        _ => IrPredicate.None,
    };

    /// <summary>Says the same with the operands exchanged.</summary>
    public static IrPredicate Swapped(this IrPredicate predicate) => predicate switch
    {
        IrPredicate.UnsignedGreater => IrPredicate.UnsignedLess,
        IrPredicate.UnsignedGreaterOrEqual => IrPredicate.UnsignedLessOrEqual,
        IrPredicate.UnsignedLess => IrPredicate.UnsignedGreater,
        IrPredicate.UnsignedLessOrEqual => IrPredicate.UnsignedGreaterOrEqual,
        IrPredicate.SignedGreater => IrPredicate.SignedLess,
        IrPredicate.SignedGreaterOrEqual => IrPredicate.SignedLessOrEqual,
        IrPredicate.SignedLess => IrPredicate.SignedGreater,
        IrPredicate.SignedLessOrEqual => IrPredicate.SignedGreaterOrEqual,
        _ => predicate,
    };
}

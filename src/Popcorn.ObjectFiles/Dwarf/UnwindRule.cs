namespace Popcorn.ObjectFiles.Dwarf;

/// <summary>How a caller's register is found; DWARF 5, section 6.4.1.</summary>
public enum UnwindRuleKind : byte
{
    /// <summary>The caller's value is lost.</summary>
    Undefined,

    /// <summary>The register holds the caller's value still.</summary>
    SameValue,

    /// <summary>In memory at CFA + operand.</summary>
    AtOffset,

    /// <summary>Is CFA + operand.</summary>
    IsOffset,

    /// <summary>In the register whose number is the operand.</summary>
    InRegister,

    /// <summary>In memory at the expression's value.</summary>
    AtExpression,

    /// <summary>Is the expression's value.</summary>
    IsExpression,
}

/// <summary>The rule for one register.</summary>
/// <param name="Register">DWARF number of the caller's register.</param>
public readonly record struct UnwindRule(
    int Register, UnwindRuleKind Kind, long Operand, ReadOnlyMemory<byte> Expression);

namespace Popcorn.ObjectFiles.Dwarf;

/// <summary>The unwind rules that hold at one pc. A register without a rule keeps its value.</summary>
/// <param name="FunctionStart">Start of the code range the row's FDE describes.</param>
/// <param name="CfaRegister">DWARF number of the register the CFA is relative to; not used with an expression.</param>
/// <param name="CfaExpression">Empty when the CFA is register + offset.</param>
public sealed record UnwindRow(
    ulong FunctionStart, ulong FunctionEnd, int CfaRegister, long CfaOffset, ReadOnlyMemory<byte> CfaExpression,
    int ReturnAddressRegister, IReadOnlyList<UnwindRule> Rules);

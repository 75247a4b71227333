namespace Popcorn.ObjectFiles.StackMaps;

/// <summary>Kinds of LLVM's StackMap format, version 3. A ConstantIndex is resolved to a Constant on reading.</summary>
public enum StackMapLocationKind : byte
{
    Register = 1,
    Direct = 2,
    Indirect = 3,
    Constant = 4,
    ConstantIndex = 5,
}

/// <summary>One location of a stack map record.</summary>
/// <param name="Register">DWARF number; 0 for constants.</param>
/// <param name="Value">Constant, or offset from the register; for Register, the byte offset within it.</param>
public readonly record struct StackMapLocation(
    StackMapLocationKind Kind, ushort SizeBytes, ushort Register, long Value);

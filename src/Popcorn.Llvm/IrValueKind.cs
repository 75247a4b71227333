namespace Popcorn.Llvm;

/// <summary>LLVM-C's numbers for kinds of values (llvm-c/Core.h, LLVM 19).</summary>
public enum IrValueKind
{
    Argument = 0,
    BasicBlock = 1,
    Function = 5,
    GlobalAlias = 6,
    GlobalIFunc = 7,
    GlobalVariable = 8,
    BlockAddress = 9,
    ConstantExpr = 10,
    ConstantArray = 11,
    ConstantStruct = 12,
    ConstantVector = 13,
    Undef = 14,
    ConstantAggregateZero = 15,
    ConstantDataArray = 16,
    ConstantDataVector = 17,
    ConstantInt = 18,
    ConstantFP = 19,
    ConstantPointerNull = 20,
    ConstantTokenNone = 21,
    MetadataAsValue = 22,
    InlineAsm = 23,
    Instruction = 24,
    Poison = 25,
}

/// <summary>LLVM-C's linkage numbers that occur in practice.</summary>
public enum IrLinkage
{
    External = 0,
    AvailableExternally = 1,
    LinkOnceAny = 2,
    LinkOnceOdr = 3,
    WeakAny = 5,
    WeakOdr = 6,
    Appending = 7,
    Internal = 8,
    Private = 9,
    ExternalWeak = 12,
    Common = 14,
}

using Popcorn.Llvm.LlvmC;

namespace Popcorn.Llvm;

/// <summary>LLVM's numbers for kinds of types (llvm-c/Core.h).</summary>
public enum IrTypeKind
{
    Void = 0,
    Half = 1,
    Float = 2,
    Double = 3,
    X86Fp80 = 4,
    Fp128 = 5,
    PpcFp128 = 6,
    Label = 7,
    Integer = 8,
    Function = 9,
    Struct = 10,
    Array = 11,
    Pointer = 12,
    Vector = 13,
    Metadata = 14,
    X86Mmx = 15,
    Token = 16,
    ScalableVector = 17,
    BFloat = 18,
    X86Amx = 19,
    TargetExtension = 20,
}

/// <summary>A type, borrowed from its context.</summary>
public readonly record struct IrType(nint Handle)
{
    public bool IsNone => Handle == 0;

    public IrTypeKind Kind => (IrTypeKind)LlvmC.Core.GetTypeKind(Handle);

    public bool IsVoid => Kind == IrTypeKind.Void;

    public bool IsPointer => Kind == IrTypeKind.Pointer;

    public bool IsAggregate => Kind is IrTypeKind.Struct or IrTypeKind.Array;

    /// <summary>Whether an SSA value of this type can be stored to memory and loaded back.</summary>
    public bool IsStorable =>
        Kind is not (IrTypeKind.Void or IrTypeKind.Label or IrTypeKind.Function or IrTypeKind.Metadata
        or IrTypeKind.Token or IrTypeKind.X86Amx);

    public uint IntegerBits => LlvmC.Core.GetIntTypeWidth(Handle);

    public uint AddressSpace => LlvmC.Core.GetPointerAddressSpace(Handle);

    public bool IsVarArg => LlvmC.Core.IsFunctionVarArg(Handle) != 0;

    public IrType ReturnType => new(LlvmC.Core.GetReturnType(Handle));

    public IrType Element => new(LlvmC.Core.GetElementType(Handle));

    public ulong ArrayLength => LlvmC.Core.GetArrayLength2(Handle);

    public uint VectorLength => LlvmC.Core.GetVectorSize(Handle);

    public uint StructFieldCount => LlvmC.Core.CountStructElementTypes(Handle);

    public IrType StructField(uint index) => new(LlvmC.Core.StructGetTypeAtIndex(Handle, index));

    public IrType[] Parameters()
    {
        nint[] handles = new nint[LlvmC.Core.CountParamTypes(Handle)];
        if (handles.Length != 0)
            LlvmC.Core.GetParamTypes(Handle, handles);
        return Array.ConvertAll(handles, h => new IrType(h));
    }

    public IrValue Integer(ulong value, bool signExtend = false) =>
        new(Values.ConstInt(Handle, value, signExtend ? 1 : 0));

    public IrValue Null() => new(Values.ConstNull(Handle));

    public IrValue Poison() => new(Values.GetPoison(Handle));

    public override string ToString() => LlvmText.Owned(LlvmC.Core.PrintTypeToString(Handle));
}

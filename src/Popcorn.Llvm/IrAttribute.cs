using LlvmCore = Popcorn.Llvm.LlvmC.Core;

namespace Popcorn.Llvm;

/// <summary>One attribute, borrowed from its context.</summary>
public readonly record struct IrAttribute(nint Handle)
{
    public bool IsText => LlvmCore.IsStringAttribute(Handle) != 0;

    public uint EnumKind => LlvmCore.IsStringAttribute(Handle) != 0 ? 0 : LlvmCore.GetEnumAttributeKind(Handle);

    public string TextKey => LlvmText.Borrowed(LlvmCore.GetStringAttributeKind(Handle, out uint length), length);

    public string TextValue => LlvmText.Borrowed(LlvmCore.GetStringAttributeValue(Handle, out uint length), length);

    /// <summary>LLVM's number for a named attribute such as <c>zeroext</c>.</summary>
    public static uint KindOf(string enumName) =>
        LlvmCore.GetEnumAttributeKindForName(enumName, (nuint)enumName.Length);
}

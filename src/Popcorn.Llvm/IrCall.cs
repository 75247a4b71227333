using Popcorn.Llvm.LlvmC;

namespace Popcorn.Llvm;

/// <summary>LLVM's tail-call markers.</summary>
public enum TailCallKind
{
    None = 0,
    Tail = 1,
    MustTail = 2,
    NoTail = 3,
}

/// <summary>What holds for call instructions only.</summary>
public static class IrCall
{
    /// <summary>Attribute position of the function itself; 0 is the return value, 1… are the parameters.</summary>
    public const uint FunctionIndex = uint.MaxValue;

    public const uint ReturnIndex = 0;

    public static IrValue Callee(this IrValue call) => new(Values.GetCalledValue(call.Handle));

    /// <summary>The function called, or none for an indirect call.</summary>
    public static IrValue DirectCallee(this IrValue call)
    {
        IrValue callee = call.Callee();
        return callee.Kind == IrValueKind.Function ? callee : default;
    }

    public static bool IsInlineAsm(this IrValue call) => call.Callee().Kind == IrValueKind.InlineAsm;

    public static IrType CalledType(this IrValue call) => new(Values.GetCalledFunctionType(call.Handle));

    public static int ArgumentCount(this IrValue call) => (int)Values.GetNumArgOperands(call.Handle);

    public static IrValue Argument(this IrValue call, int index) => call.Operand(index);

    public static TailCallKind TailCall(this IrValue call) => (TailCallKind)Values.GetTailCallKind(call.Handle);

    public static void SetTailCall(this IrValue call, TailCallKind kind) =>
        Values.SetTailCallKind(call.Handle, (int)kind);

    public static uint CallConvention(this IrValue call) => Values.GetInstructionCallConv(call.Handle);

    public static void SetCallConvention(this IrValue call, uint convention) =>
        Values.SetInstructionCallConv(call.Handle, convention);

    public static string AsmText(this IrValue inlineAsm) =>
        LlvmText.Borrowed(Values.GetInlineAsmAsmString(inlineAsm.Handle, out nuint length), length);

    public static string AsmConstraints(this IrValue inlineAsm) =>
        LlvmText.Borrowed(Values.GetInlineAsmConstraintString(inlineAsm.Handle, out nuint length), length);

    public static List<IrAttribute> CallAttributes(this IrValue call, uint index)
    {
        nint[] handles = new nint[LlvmC.Core.GetCallSiteAttributeCount(call.Handle, index)];
        if (handles.Length != 0)
            LlvmC.Core.GetCallSiteAttributes(call.Handle, index, handles);
        return [.. handles.Select(h => new IrAttribute(h))];
    }

    public static void AddCallAttribute(this IrValue call, uint index, IrAttribute attribute) =>
        LlvmC.Core.AddCallSiteAttribute(call.Handle, index, attribute.Handle);

    public static bool HasCallAttribute(this IrValue call, uint index, string enumName) =>
        LlvmC.Core.GetCallSiteEnumAttribute(call.Handle, index, IrAttribute.KindOf(enumName)) != 0;

    public static void RemoveCallAttribute(this IrValue call, uint index, string enumName) =>
        LlvmC.Core.RemoveCallSiteEnumAttribute(call.Handle, index, IrAttribute.KindOf(enumName));

    public static void RemoveCallStringAttribute(this IrValue call, uint index, string key) =>
        LlvmC.Core.RemoveCallSiteStringAttribute(call.Handle, index, key, (uint)key.Length);

    public static int BundleCount(this IrValue call) => (int)Values.GetNumOperandBundles(call.Handle);
}

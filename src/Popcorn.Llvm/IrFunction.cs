using Popcorn.Llvm.LlvmC;
using LlvmCore = Popcorn.Llvm.LlvmC.Core;

namespace Popcorn.Llvm;

/// <summary>What holds for functions only.</summary>
public static class IrFunction
{
    /// <summary>Non-zero for LLVM's own intrinsics.</summary>
    public static uint IntrinsicId(this IrValue function) => LlvmCore.GetIntrinsicID(function.Handle);

    public static bool IsIntrinsic(this IrValue function) => LlvmCore.GetIntrinsicID(function.Handle) != 0;

    public static uint FunctionConvention(this IrValue function) => LlvmCore.GetFunctionCallConv(function.Handle);

    public static void SetFunctionConvention(this IrValue function, uint convention) =>
        LlvmCore.SetFunctionCallConv(function.Handle, convention);

    public static void SetGarbageCollector(this IrValue function, string name) => LlvmCore.SetGC(function.Handle, name);

    public static int ParameterCount(this IrValue function) => (int)LlvmCore.CountParams(function.Handle);

    public static IrValue Parameter(this IrValue function, int index) =>
        new(LlvmCore.GetParam(function.Handle, (uint)index));

    public static IrBlock EntryBlock(this IrValue function) => new(LlvmCore.GetEntryBasicBlock(function.Handle));

    /// <summary>A copy of the list, so blocks may be added while walking it.</summary>
    public static List<IrBlock> Blocks(this IrValue function)
    {
        List<IrBlock> list = [];
        for (nint b = LlvmCore.GetFirstBasicBlock(function.Handle); b != 0; b = LlvmCore.GetNextBasicBlock(b))
            list.Add(new IrBlock(b));
        return list;
    }

    public static void DeleteFunction(this IrValue function) => LlvmCore.DeleteFunction(function.Handle);

    public static nint Subprogram(this IrValue function) => Values.GetSubprogram(function.Handle);

    public static void SetSubprogram(this IrValue function, nint subprogram) =>
        Values.SetSubprogram(function.Handle, subprogram);

    public static bool HasPersonality(this IrValue function) => LlvmCore.HasPersonalityFn(function.Handle) != 0;

    public static List<IrAttribute> Attributes(this IrValue function, uint index)
    {
        nint[] handles = new nint[LlvmCore.GetAttributeCountAtIndex(function.Handle, index)];
        if (handles.Length != 0)
            LlvmCore.GetAttributesAtIndex(function.Handle, index, handles);
        return [.. handles.Select(h => new IrAttribute(h))];
    }

    public static void AddAttribute(this IrValue function, uint index, IrAttribute attribute) =>
        LlvmCore.AddAttributeAtIndex(function.Handle, index, attribute.Handle);

    public static bool HasAttribute(this IrValue function, uint index, string enumName) =>
        LlvmCore.GetEnumAttributeAtIndex(function.Handle, index, IrAttribute.KindOf(enumName)) != 0;

    public static void RemoveAttribute(this IrValue function, uint index, string enumName) =>
        LlvmCore.RemoveEnumAttributeAtIndex(function.Handle, index, IrAttribute.KindOf(enumName));

    public static bool HasTextAttribute(this IrValue function, string key) =>
        LlvmCore.GetStringAttributeAtIndex(function.Handle, IrCall.FunctionIndex, key, (uint)key.Length) != 0;

    public static void RemoveTextAttribute(this IrValue function, uint index, string key) =>
        LlvmCore.RemoveStringAttributeAtIndex(function.Handle, index, key, (uint)key.Length);
}

using LlvmCore = Popcorn.Llvm.LlvmC.Core;

namespace Popcorn.Llvm;

/// <summary>What holds for functions, global variables and aliases only.</summary>
public static class IrGlobal
{
    public static IrLinkage Linkage(this IrValue global) => (IrLinkage)LlvmCore.GetLinkage(global.Handle);

    public static void SetLinkage(this IrValue global, IrLinkage linkage) =>
        LlvmCore.SetLinkage(global.Handle, (int)linkage);

    public static bool IsDeclaration(this IrValue global) => LlvmCore.IsDeclaration(global.Handle) != 0;

    /// <summary>Declared here and bodiless for the linker: declarations, and definitions that only serve
    /// inlining.</summary>
    public static bool IsExternal(this IrValue global) =>
        global.IsDeclaration() || global.Linkage() == IrLinkage.AvailableExternally;

    public static bool IsLocal(this IrValue global) => global.Linkage() is IrLinkage.Internal or IrLinkage.Private;

    public static string Section(this IrValue global) =>
        System.Runtime.InteropServices.Marshal.PtrToStringUTF8(LlvmCore.GetSection(global.Handle)) ?? "";

    public static void SetSection(this IrValue global, string section) => LlvmCore.SetSection(global.Handle, section);

    public static void ClearUnnamedAddress(this IrValue global) => LlvmCore.SetUnnamedAddress(global.Handle, 0);

    /// <summary>
    /// Puts a function into a section group of its own, which no linker merges with another. Its jump tables then get a
    /// section named after it.
    /// </summary>
    public static void SetOwnGroup(this IrValue function, IrModule module)
    {
        ArgumentNullException.ThrowIfNull(module);
        // LLVM-C: LLVMNoDeduplicateComdatSelectionKind.
        const int noDeduplicate = 3;
        nint group = LlvmCore.GetOrInsertComdat(module.Handle, function.Name);
        LlvmCore.SetComdatSelectionKind(group, noDeduplicate);
        LlvmCore.SetComdat(function.Handle, group);
    }

    public static bool HasComdat(this IrValue global) => LlvmCore.GetComdat(global.Handle) != 0;

    /// <summary>
    /// Marks the symbol as resolved inside the executable, so no back end goes through a GOT. The C API has no setter;
    /// making the symbol hidden for a moment sets the flag, and it stays.
    /// </summary>
    public static void MakeDsoLocal(this IrValue global)
    {
        if (global.IsLocal())
            return;
        LlvmCore.SetVisibility(global.Handle, 1);
        LlvmCore.SetVisibility(global.Handle, 0);
    }

    public static IrType ValueType(this IrValue global) => new(LlvmCore.GlobalGetValueType(global.Handle));

    public static IrValue Initializer(this IrValue global) => new(LlvmCore.GetInitializer(global.Handle));

    public static void SetInitializer(this IrValue global, IrValue constant) =>
        LlvmCore.SetInitializer(global.Handle, constant.Handle);

    public static bool IsGlobalConstant(this IrValue global) => LlvmCore.IsGlobalConstant(global.Handle) != 0;

    public static void SetGlobalConstant(this IrValue global, bool isConstant) =>
        LlvmCore.SetGlobalConstant(global.Handle, isConstant ? 1 : 0);

    public static bool IsThreadLocal(this IrValue global) => LlvmCore.IsThreadLocal(global.Handle) != 0;

    public static void ClearThreadLocal(this IrValue global) => LlvmCore.SetThreadLocal(global.Handle, 0);

    public static IrValue Aliasee(this IrValue alias) => new(LlvmCore.AliasGetAliasee(alias.Handle));

    public static void DeleteGlobal(this IrValue global) => LlvmCore.DeleteGlobal(global.Handle);
}

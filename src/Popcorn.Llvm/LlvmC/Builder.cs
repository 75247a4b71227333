using System.Runtime.InteropServices;

namespace Popcorn.Llvm.LlvmC;

/// <summary>llvm-c/Core.h: instruction builders, and llvm-c/DebugInfo.h: expressions. Exact C names as entry points, no
/// logic.</summary>
internal static partial class Builder
{
    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMCreateBuilderInContext")]
    internal static partial nint CreateBuilderInContext(nint context);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMDisposeBuilder")]
    internal static partial void DisposeBuilder(nint builder);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMPositionBuilderBefore")]
    internal static partial void PositionBuilderBefore(nint builder, nint instruction);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMPositionBuilderAtEnd")]
    internal static partial void PositionBuilderAtEnd(nint builder, nint block);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMSetCurrentDebugLocation2")]
    internal static partial void SetCurrentDebugLocation2(nint builder, nint location);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetInsertBlock")]
    internal static partial nint GetInsertBlock(nint builder);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMInsertIntoBuilderWithName",
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void InsertIntoBuilderWithName(nint builder, nint instruction, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildRetVoid")]
    internal static partial nint BuildRetVoid(nint builder);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildRet")]
    internal static partial nint BuildRet(nint builder, nint value);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildBr")]
    internal static partial nint BuildBr(nint builder, nint target);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildCondBr")]
    internal static partial nint BuildCondBr(nint builder, nint condition, nint then, nint otherwise);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildSwitch")]
    internal static partial nint BuildSwitch(nint builder, nint value, nint otherwise, uint cases);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMAddCase")]
    internal static partial void AddCase(nint @switch, nint value, nint block);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildUnreachable")]
    internal static partial nint BuildUnreachable(nint builder);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildAdd", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint BuildAdd(nint builder, nint left, nint right, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildSub", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint BuildSub(nint builder, nint left, nint right, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildMul", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint BuildMul(nint builder, nint left, nint right, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildFAdd", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint BuildFAdd(nint builder, nint left, nint right, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildFMul", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint BuildFMul(nint builder, nint left, nint right, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildAnd", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint BuildAnd(nint builder, nint left, nint right, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildOr", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint BuildOr(nint builder, nint left, nint right, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildICmp", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint BuildICmp(nint builder, int predicate, nint left, nint right, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildSelect", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint BuildSelect(nint builder, nint condition, nint then, nint otherwise, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildAlloca", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint BuildAlloca(nint builder, nint type, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildLoad2", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint BuildLoad2(nint builder, nint type, nint pointer, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildStore")]
    internal static partial nint BuildStore(nint builder, nint value, nint pointer);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildFence", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint BuildFence(nint builder, int ordering, int singleThread, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildGEP2", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint BuildGEP2(
        nint builder, nint type, nint pointer, ReadOnlySpan<nint> indices, uint count, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildInBoundsGEP2", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint BuildInBoundsGEP2(
        nint builder, nint type, nint pointer, ReadOnlySpan<nint> indices, uint count, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildPtrToInt", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint BuildPtrToInt(nint builder, nint value, nint type, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildIntToPtr", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint BuildIntToPtr(nint builder, nint value, nint type, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildBitCast", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint BuildBitCast(nint builder, nint value, nint type, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildZExt", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint BuildZExt(nint builder, nint value, nint type, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildSExt", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint BuildSExt(nint builder, nint value, nint type, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildTrunc", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint BuildTrunc(nint builder, nint value, nint type, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildPhi", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint BuildPhi(nint builder, nint type, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildCall2", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint BuildCall2(
        nint builder, nint type, nint function, ReadOnlySpan<nint> arguments, uint count, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildCallWithOperandBundles",
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint BuildCallWithOperandBundles(
        nint builder, nint type, nint function, ReadOnlySpan<nint> arguments, uint count, ReadOnlySpan<nint> bundles,
        uint bundleCount, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildExtractValue", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint BuildExtractValue(nint builder, nint aggregate, uint index, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBuildInsertValue", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint BuildInsertValue(
        nint builder, nint aggregate, nint element, uint index, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMCreateDIBuilder")]
    internal static partial nint CreateDIBuilder(nint module);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMDIBuilderFinalize")]
    internal static partial void DIBuilderFinalize(nint builder);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMDisposeDIBuilder")]
    internal static partial void DisposeDIBuilder(nint builder);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMDIBuilderCreateExpression")]
    internal static partial nint DIBuilderCreateExpression(nint builder, ReadOnlySpan<ulong> operations, nuint count);
}

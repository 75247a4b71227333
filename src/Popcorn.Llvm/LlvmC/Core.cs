using System.Runtime.InteropServices;

namespace Popcorn.Llvm.LlvmC;

/// <summary>llvm-c/Core.h: contexts, modules, types, globals, functions and blocks. Exact C names as entry points, no
/// logic.</summary>
internal static partial class Core
{
    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMContextCreate")]
    internal static partial nint ContextCreate();

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMContextDispose")]
    internal static partial void ContextDispose(nint context);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMContextSetDiscardValueNames")]
    internal static partial void ContextSetDiscardValueNames(nint context, int discard);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetDiagInfoDescription")]
    internal static partial nint GetDiagInfoDescription(nint diagnostic);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetDiagInfoSeverity")]
    internal static partial int GetDiagInfoSeverity(nint diagnostic);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMDisposeMessage")]
    internal static partial void DisposeMessage(nint message);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetEnumAttributeKindForName",
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial uint GetEnumAttributeKindForName(string name, nuint length);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMCreateEnumAttribute")]
    internal static partial nint CreateEnumAttribute(nint context, uint kind, ulong value);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMCreateStringAttribute",
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint CreateStringAttribute(
        nint context, string key, uint keyLength, string value, uint valueLength);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMIsStringAttribute")]
    internal static partial int IsStringAttribute(nint attribute);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMIsEnumAttribute")]
    internal static partial int IsEnumAttribute(nint attribute);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMIsTypeAttribute")]
    internal static partial int IsTypeAttribute(nint attribute);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetEnumAttributeKind")]
    internal static partial uint GetEnumAttributeKind(nint attribute);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetStringAttributeKind")]
    internal static partial nint GetStringAttributeKind(nint attribute, out uint length);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetStringAttributeValue")]
    internal static partial nint GetStringAttributeValue(nint attribute, out uint length);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetAttributeCountAtIndex")]
    internal static partial uint GetAttributeCountAtIndex(nint function, uint index);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetAttributesAtIndex")]
    internal static partial void GetAttributesAtIndex(nint function, uint index, Span<nint> attributes);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMAddAttributeAtIndex")]
    internal static partial void AddAttributeAtIndex(nint function, uint index, nint attribute);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetEnumAttributeAtIndex")]
    internal static partial nint GetEnumAttributeAtIndex(nint function, uint index, uint kind);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetStringAttributeAtIndex",
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint GetStringAttributeAtIndex(nint function, uint index, string key, uint keyLength);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMRemoveEnumAttributeAtIndex")]
    internal static partial void RemoveEnumAttributeAtIndex(nint function, uint index, uint kind);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMRemoveStringAttributeAtIndex",
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void RemoveStringAttributeAtIndex(nint function, uint index, string key, uint keyLength);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetCallSiteAttributeCount")]
    internal static partial uint GetCallSiteAttributeCount(nint call, uint index);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetCallSiteAttributes")]
    internal static partial void GetCallSiteAttributes(nint call, uint index, Span<nint> attributes);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMAddCallSiteAttribute")]
    internal static partial void AddCallSiteAttribute(nint call, uint index, nint attribute);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetCallSiteStringAttribute",
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint GetCallSiteStringAttribute(nint call, uint index, string key, uint keyLength);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetCallSiteEnumAttribute")]
    internal static partial nint GetCallSiteEnumAttribute(nint call, uint index, uint kind);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMRemoveCallSiteEnumAttribute")]
    internal static partial void RemoveCallSiteEnumAttribute(nint call, uint index, uint kind);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMRemoveCallSiteStringAttribute",
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void RemoveCallSiteStringAttribute(nint call, uint index, string key, uint keyLength);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMModuleCreateWithNameInContext",
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint ModuleCreateWithNameInContext(string name, nint context);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMDisposeModule")]
    internal static partial void DisposeModule(nint module);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMCloneModule")]
    internal static partial nint CloneModule(nint module);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetModuleContext")]
    internal static partial nint GetModuleContext(nint module);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetModuleIdentifier")]
    internal static partial nint GetModuleIdentifier(nint module, out nuint length);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetDataLayoutStr")]
    internal static partial nint GetDataLayoutStr(nint module);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetTarget")]
    internal static partial nint GetTarget(nint module);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMSetTarget", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void SetTarget(nint module, string triple);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMSetDataLayout", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void SetDataLayout(nint module, string layout);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetModuleInlineAsm")]
    internal static partial nint GetModuleInlineAsm(nint module, out nuint length);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMSetIsNewDbgInfoFormat")]
    internal static partial void SetIsNewDbgInfoFormat(nint module, int isNew);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMPrintModuleToString")]
    internal static partial nint PrintModuleToString(nint module);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMPrintValueToString")]
    internal static partial nint PrintValueToString(nint value);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMPrintTypeToString")]
    internal static partial nint PrintTypeToString(nint type);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetFirstFunction")]
    internal static partial nint GetFirstFunction(nint module);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetNextFunction")]
    internal static partial nint GetNextFunction(nint function);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetNamedFunction", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint GetNamedFunction(nint module, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetFirstGlobal")]
    internal static partial nint GetFirstGlobal(nint module);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetNextGlobal")]
    internal static partial nint GetNextGlobal(nint global);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetNamedGlobal", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint GetNamedGlobal(nint module, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetFirstGlobalAlias")]
    internal static partial nint GetFirstGlobalAlias(nint module);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetNextGlobalAlias")]
    internal static partial nint GetNextGlobalAlias(nint alias);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetNamedGlobalAlias",
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint GetNamedGlobalAlias(nint module, string name, nuint length);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetFirstGlobalIFunc")]
    internal static partial nint GetFirstGlobalIFunc(nint module);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMAliasGetAliasee")]
    internal static partial nint AliasGetAliasee(nint alias);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMAddFunction", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint AddFunction(nint module, string name, nint type);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMAddGlobal", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint AddGlobal(nint module, nint type, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMDeleteFunction")]
    internal static partial void DeleteFunction(nint function);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMDeleteGlobal")]
    internal static partial void DeleteGlobal(nint global);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetLinkage")]
    internal static partial int GetLinkage(nint global);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMSetLinkage")]
    internal static partial void SetLinkage(nint global, int linkage);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetVisibility")]
    internal static partial int GetVisibility(nint global);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMSetVisibility")]
    internal static partial void SetVisibility(nint global, int visibility);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetUnnamedAddress")]
    internal static partial int GetUnnamedAddress(nint global);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMSetUnnamedAddress")]
    internal static partial void SetUnnamedAddress(nint global, int kind);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetSection")]
    internal static partial nint GetSection(nint global);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMSetSection", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void SetSection(nint global, string section);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetAlignment")]
    internal static partial uint GetAlignment(nint value);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMSetAlignment")]
    internal static partial void SetAlignment(nint value, uint bytes);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetComdat")]
    internal static partial nint GetComdat(nint global);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMSetComdat")]
    internal static partial void SetComdat(nint global, nint comdat);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetOrInsertComdat", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint GetOrInsertComdat(nint module, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMSetComdatSelectionKind")]
    internal static partial void SetComdatSelectionKind(nint comdat, int kind);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMIsDeclaration")]
    internal static partial int IsDeclaration(nint global);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetInitializer")]
    internal static partial nint GetInitializer(nint global);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMSetInitializer")]
    internal static partial void SetInitializer(nint global, nint value);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMIsGlobalConstant")]
    internal static partial int IsGlobalConstant(nint global);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMSetGlobalConstant")]
    internal static partial void SetGlobalConstant(nint global, int isConstant);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMIsThreadLocal")]
    internal static partial int IsThreadLocal(nint global);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMSetThreadLocal")]
    internal static partial void SetThreadLocal(nint global, int isThreadLocal);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGlobalGetValueType")]
    internal static partial nint GlobalGetValueType(nint global);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetFunctionCallConv")]
    internal static partial uint GetFunctionCallConv(nint function);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMSetFunctionCallConv")]
    internal static partial void SetFunctionCallConv(nint function, uint convention);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetGC")]
    internal static partial nint GetGC(nint function);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMSetGC", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void SetGC(nint function, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetIntrinsicID")]
    internal static partial uint GetIntrinsicID(nint function);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMLookupIntrinsicID", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial uint LookupIntrinsicID(string name, nuint length);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetIntrinsicDeclaration")]
    internal static partial nint GetIntrinsicDeclaration(
        nint module, uint id, ReadOnlySpan<nint> types, nuint typeCount);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMCountParams")]
    internal static partial uint CountParams(nint function);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetParam")]
    internal static partial nint GetParam(nint function, uint index);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMHasPersonalityFn")]
    internal static partial int HasPersonalityFn(nint function);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetPersonalityFn")]
    internal static partial nint GetPersonalityFn(nint function);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMSetPersonalityFn")]
    internal static partial void SetPersonalityFn(nint function, nint personality);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMCountBasicBlocks")]
    internal static partial uint CountBasicBlocks(nint function);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetFirstBasicBlock")]
    internal static partial nint GetFirstBasicBlock(nint function);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetNextBasicBlock")]
    internal static partial nint GetNextBasicBlock(nint block);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetEntryBasicBlock")]
    internal static partial nint GetEntryBasicBlock(nint function);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMAppendBasicBlockInContext",
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint AppendBasicBlockInContext(nint context, nint function, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMInsertBasicBlockInContext",
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint InsertBasicBlockInContext(nint context, nint before, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMAppendExistingBasicBlock")]
    internal static partial void AppendExistingBasicBlock(nint function, nint block);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMRemoveBasicBlockFromParent")]
    internal static partial void RemoveBasicBlockFromParent(nint block);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMDeleteBasicBlock")]
    internal static partial void DeleteBasicBlock(nint block);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMMoveBasicBlockAfter")]
    internal static partial void MoveBasicBlockAfter(nint block, nint after);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetBasicBlockParent")]
    internal static partial nint GetBasicBlockParent(nint block);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetBasicBlockTerminator")]
    internal static partial nint GetBasicBlockTerminator(nint block);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetFirstInstruction")]
    internal static partial nint GetFirstInstruction(nint block);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetLastInstruction")]
    internal static partial nint GetLastInstruction(nint block);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMBasicBlockAsValue")]
    internal static partial nint BasicBlockAsValue(nint block);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMValueAsBasicBlock")]
    internal static partial nint ValueAsBasicBlock(nint value);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMValueIsBasicBlock")]
    internal static partial int ValueIsBasicBlock(nint value);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetTypeKind")]
    internal static partial int GetTypeKind(nint type);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetTypeContext")]
    internal static partial nint GetTypeContext(nint type);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMIntTypeInContext")]
    internal static partial nint IntTypeInContext(nint context, uint bits);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMVoidTypeInContext")]
    internal static partial nint VoidTypeInContext(nint context);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMFloatTypeInContext")]
    internal static partial nint FloatTypeInContext(nint context);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMDoubleTypeInContext")]
    internal static partial nint DoubleTypeInContext(nint context);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMPointerTypeInContext")]
    internal static partial nint PointerTypeInContext(nint context, uint addressSpace);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMFunctionType")]
    internal static partial nint FunctionType(nint result, ReadOnlySpan<nint> parameters, uint count, int isVarArg);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMStructTypeInContext")]
    internal static partial nint StructTypeInContext(
        nint context, ReadOnlySpan<nint> elements, uint count, int packed);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMArrayType2")]
    internal static partial nint ArrayType2(nint element, ulong count);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMVectorType")]
    internal static partial nint VectorType(nint element, uint count);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetIntTypeWidth")]
    internal static partial uint GetIntTypeWidth(nint type);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMIsFunctionVarArg")]
    internal static partial int IsFunctionVarArg(nint type);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetReturnType")]
    internal static partial nint GetReturnType(nint type);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMCountParamTypes")]
    internal static partial uint CountParamTypes(nint type);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetParamTypes")]
    internal static partial void GetParamTypes(nint type, Span<nint> types);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMCountStructElementTypes")]
    internal static partial uint CountStructElementTypes(nint type);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMStructGetTypeAtIndex")]
    internal static partial nint StructGetTypeAtIndex(nint type, uint index);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetElementType")]
    internal static partial nint GetElementType(nint type);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetArrayLength2")]
    internal static partial ulong GetArrayLength2(nint type);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetVectorSize")]
    internal static partial uint GetVectorSize(nint type);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMIsLiteralStruct")]
    internal static partial int IsLiteralStruct(nint type);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetPointerAddressSpace")]
    internal static partial uint GetPointerAddressSpace(nint type);
}

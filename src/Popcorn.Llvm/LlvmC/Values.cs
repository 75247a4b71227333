using System.Runtime.InteropServices;

namespace Popcorn.Llvm.LlvmC;

/// <summary>llvm-c/Core.h: values, constants, instructions and metadata. Exact C names as entry points, no
/// logic.</summary>
internal static partial class Values
{
    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMTypeOf")]
    internal static partial nint TypeOf(nint value);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetValueKind")]
    internal static partial int GetValueKind(nint value);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetValueName2")]
    internal static partial nint GetValueName2(nint value, out nuint length);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMSetValueName2", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void SetValueName2(nint value, string name, nuint length);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMReplaceAllUsesWith")]
    internal static partial void ReplaceAllUsesWith(nint old, nint replacement);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMIsConstant")]
    internal static partial int IsConstant(nint value);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMIsUndef")]
    internal static partial int IsUndef(nint value);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMIsNull")]
    internal static partial int IsNull(nint value);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetNumOperands")]
    internal static partial int GetNumOperands(nint value);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetOperand")]
    internal static partial nint GetOperand(nint value, uint index);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMSetOperand")]
    internal static partial void SetOperand(nint value, uint index, nint operand);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetFirstUse")]
    internal static partial nint GetFirstUse(nint value);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetNextUse")]
    internal static partial nint GetNextUse(nint use);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetUser")]
    internal static partial nint GetUser(nint use);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetUsedValue")]
    internal static partial nint GetUsedValue(nint use);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMConstInt")]
    internal static partial nint ConstInt(nint type, ulong value, int signExtend);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMConstIntGetZExtValue")]
    internal static partial ulong ConstIntGetZExtValue(nint constant);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMConstIntGetSExtValue")]
    internal static partial long ConstIntGetSExtValue(nint constant);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMConstNull")]
    internal static partial nint ConstNull(nint type);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetPoison")]
    internal static partial nint GetPoison(nint type);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetUndef")]
    internal static partial nint GetUndef(nint type);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMConstIntToPtr")]
    internal static partial nint ConstIntToPtr(nint constant, nint type);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMConstPtrToInt")]
    internal static partial nint ConstPtrToInt(nint constant, nint type);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMConstStringInContext2")]
    internal static partial nint ConstStringInContext2(
        nint context, ReadOnlySpan<byte> bytes, nuint length, int dontNullTerminate);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMConstArray2")]
    internal static partial nint ConstArray2(nint element, ReadOnlySpan<nint> values, ulong count);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMConstStructInContext")]
    internal static partial nint ConstStructInContext(
        nint context, ReadOnlySpan<nint> values, uint count, int packed);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMConstGEP2")]
    internal static partial nint ConstGEP2(nint type, nint pointer, ReadOnlySpan<nint> indices, uint count);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetConstOpcode")]
    internal static partial int GetConstOpcode(nint constant);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetBlockAddressFunction")]
    internal static partial nint GetBlockAddressFunction(nint address);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetBlockAddressBasicBlock")]
    internal static partial nint GetBlockAddressBasicBlock(nint address);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetInlineAsmAsmString")]
    internal static partial nint GetInlineAsmAsmString(nint inlineAsm, out nuint length);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetInlineAsmConstraintString")]
    internal static partial nint GetInlineAsmConstraintString(nint inlineAsm, out nuint length);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetInlineAsmFunctionType")]
    internal static partial nint GetInlineAsmFunctionType(nint inlineAsm);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetInstructionOpcode")]
    internal static partial int GetInstructionOpcode(nint instruction);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetInstructionParent")]
    internal static partial nint GetInstructionParent(nint instruction);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetNextInstruction")]
    internal static partial nint GetNextInstruction(nint instruction);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetPreviousInstruction")]
    internal static partial nint GetPreviousInstruction(nint instruction);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMInstructionEraseFromParent")]
    internal static partial void InstructionEraseFromParent(nint instruction);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMInstructionRemoveFromParent")]
    internal static partial void InstructionRemoveFromParent(nint instruction);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMInstructionClone")]
    internal static partial nint InstructionClone(nint instruction);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetInstructionCallConv")]
    internal static partial uint GetInstructionCallConv(nint call);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMSetInstructionCallConv")]
    internal static partial void SetInstructionCallConv(nint call, uint convention);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetCalledFunctionType")]
    internal static partial nint GetCalledFunctionType(nint call);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetCalledValue")]
    internal static partial nint GetCalledValue(nint call);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetNumArgOperands")]
    internal static partial uint GetNumArgOperands(nint call);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetTailCallKind")]
    internal static partial int GetTailCallKind(nint call);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMSetTailCallKind")]
    internal static partial void SetTailCallKind(nint call, int kind);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetNumOperandBundles")]
    internal static partial uint GetNumOperandBundles(nint call);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetOperandBundleAtIndex")]
    internal static partial nint GetOperandBundleAtIndex(nint call, uint index);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMCreateOperandBundle",
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint CreateOperandBundle(
        string tag, nuint tagLength, ReadOnlySpan<nint> arguments, uint count);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMDisposeOperandBundle")]
    internal static partial void DisposeOperandBundle(nint bundle);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetOperandBundleTag")]
    internal static partial nint GetOperandBundleTag(nint bundle, out nuint length);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetNumOperandBundleArgs")]
    internal static partial uint GetNumOperandBundleArgs(nint bundle);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetOperandBundleArgAtIndex")]
    internal static partial nint GetOperandBundleArgAtIndex(nint bundle, uint index);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetNumSuccessors")]
    internal static partial uint GetNumSuccessors(nint terminator);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetSuccessor")]
    internal static partial nint GetSuccessor(nint terminator, uint index);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMSetSuccessor")]
    internal static partial void SetSuccessor(nint terminator, uint index, nint block);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMAddIncoming")]
    internal static partial void AddIncoming(
        nint phi, ReadOnlySpan<nint> values, ReadOnlySpan<nint> blocks, uint count);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMCountIncoming")]
    internal static partial uint CountIncoming(nint phi);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetIncomingValue")]
    internal static partial nint GetIncomingValue(nint phi, uint index);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetIncomingBlock")]
    internal static partial nint GetIncomingBlock(nint phi, uint index);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetAllocatedType")]
    internal static partial nint GetAllocatedType(nint alloca);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetGEPSourceElementType")]
    internal static partial nint GetGEPSourceElementType(nint gep);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetVolatile")]
    internal static partial int GetVolatile(nint access);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMSetVolatile")]
    internal static partial void SetVolatile(nint access, int isVolatile);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetICmpPredicate")]
    internal static partial int GetICmpPredicate(nint compare);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetFastMathFlags")]
    internal static partial int GetFastMathFlags(nint instruction);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMSetFastMathFlags")]
    internal static partial void SetFastMathFlags(nint instruction, int flags);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMCanValueUseFastMathFlags")]
    internal static partial int CanValueUseFastMathFlags(nint value);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetOrdering")]
    internal static partial int GetOrdering(nint access);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetIndices")]
    internal static partial nint GetIndices(nint aggregate);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetNumIndices")]
    internal static partial uint GetNumIndices(nint aggregate);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetMDKindIDInContext",
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial uint GetMDKindIDInContext(nint context, string name, uint length);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMSetMetadata")]
    internal static partial void SetMetadata(nint instruction, uint kind, nint node);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetMetadata")]
    internal static partial nint GetMetadata(nint instruction, uint kind);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMMDStringInContext2", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint MDStringInContext2(nint context, string text, nuint length);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMMDNodeInContext2")]
    internal static partial nint MDNodeInContext2(nint context, ReadOnlySpan<nint> operands, nuint count);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMMetadataAsValue")]
    internal static partial nint MetadataAsValue(nint context, nint metadata);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMValueAsMetadata")]
    internal static partial nint ValueAsMetadata(nint value);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetMDString")]
    internal static partial nint GetMDString(nint value, out uint length);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetMDNodeNumOperands")]
    internal static partial uint GetMDNodeNumOperands(nint value);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetMDNodeOperands")]
    internal static partial void GetMDNodeOperands(nint value, Span<nint> operands);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMReplaceMDNodeOperandWith")]
    internal static partial void ReplaceMDNodeOperandWith(nint node, uint index, nint replacement);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetNamedMetadata", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint GetNamedMetadata(nint module, string name, nuint length);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetNamedMetadataNumOperands",
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial uint GetNamedMetadataNumOperands(nint module, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetNamedMetadataOperands",
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void GetNamedMetadataOperands(nint module, string name, Span<nint> operands);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetOrInsertNamedMetadata",
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint GetOrInsertNamedMetadata(nint module, string name, nuint length);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMAddNamedMetadataOperand",
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void AddNamedMetadataOperand(nint module, string name, nint value);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMInstructionGetAllMetadataOtherThanDebugLoc")]
    internal static partial nint InstructionGetAllMetadataOtherThanDebugLoc(nint instruction, out nuint count);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMValueMetadataEntriesGetKind")]
    internal static partial uint ValueMetadataEntriesGetKind(nint entries, uint index);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMValueMetadataEntriesGetMetadata")]
    internal static partial nint ValueMetadataEntriesGetMetadata(nint entries, uint index);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMDisposeValueMetadataEntries")]
    internal static partial void DisposeValueMetadataEntries(nint entries);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGlobalClearMetadata")]
    internal static partial void GlobalClearMetadata(nint global);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGlobalCopyAllMetadata")]
    internal static partial nint GlobalCopyAllMetadata(nint value, out nuint count);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGlobalSetMetadata")]
    internal static partial void GlobalSetMetadata(nint global, uint kind, nint metadata);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetDebugLocLine")]
    internal static partial uint GetDebugLocLine(nint value);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetDebugLocFilename")]
    internal static partial nint GetDebugLocFilename(nint value, out uint length);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetDebugLocDirectory")]
    internal static partial nint GetDebugLocDirectory(nint value, out uint length);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMInstructionGetDebugLoc")]
    internal static partial nint InstructionGetDebugLoc(nint instruction);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMInstructionSetDebugLoc")]
    internal static partial void InstructionSetDebugLoc(nint instruction, nint location);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetSubprogram")]
    internal static partial nint GetSubprogram(nint function);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMSetSubprogram")]
    internal static partial void SetSubprogram(nint function, nint subprogram);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMDISubprogramGetLine")]
    internal static partial uint DISubprogramGetLine(nint subprogram);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMDIScopeGetFile")]
    internal static partial nint DIScopeGetFile(nint scope);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMDIFileGetFilename")]
    internal static partial nint DIFileGetFilename(nint file, out uint length);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMDIFileGetDirectory")]
    internal static partial nint DIFileGetDirectory(nint file, out uint length);
}

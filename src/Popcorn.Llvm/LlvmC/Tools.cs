using System.Runtime.InteropServices;

namespace Popcorn.Llvm.LlvmC;

/// <summary>llvm-c: bitcode, verification, passes, targets, error handling. Exact C names as entry points, no
/// logic.</summary>
internal static partial class Tools
{
    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMParseBitcodeInContext2")]
    internal static partial int ParseBitcodeInContext2(nint context, nint buffer, out nint module);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMParseIRInContext")]
    internal static partial int ParseIRInContext(nint context, nint buffer, out nint module, out nint message);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMWriteBitcodeToFile", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int WriteBitcodeToFile(nint module, string path);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMWriteBitcodeToMemoryBuffer")]
    internal static partial nint WriteBitcodeToMemoryBuffer(nint module);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMCreateMemoryBufferWithContentsOfFile",
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int CreateMemoryBufferWithContentsOfFile(string path, out nint buffer, out nint message);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMCreateMemoryBufferWithMemoryRangeCopy",
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint CreateMemoryBufferWithMemoryRangeCopy(
        ReadOnlySpan<byte> bytes, nuint length, string name);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetBufferStart")]
    internal static partial nint GetBufferStart(nint buffer);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetBufferSize")]
    internal static partial nuint GetBufferSize(nint buffer);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMDisposeMemoryBuffer")]
    internal static partial void DisposeMemoryBuffer(nint buffer);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMPrintModuleToFile", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int PrintModuleToFile(nint module, string path, out nint message);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMVerifyModule")]
    internal static partial int VerifyModule(nint module, int action, out nint message);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMCreatePassBuilderOptions")]
    internal static partial nint CreatePassBuilderOptions();

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMDisposePassBuilderOptions")]
    internal static partial void DisposePassBuilderOptions(nint options);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMRunPasses", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint RunPasses(nint module, string passes, nint machine, nint options);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetErrorMessage")]
    internal static partial nint GetErrorMessage(nint error);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMDisposeErrorMessage")]
    internal static partial void DisposeErrorMessage(nint message);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMGetTargetFromTriple",
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int GetTargetFromTriple(string triple, out nint target, out nint message);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMCreateTargetMachineOptions")]
    internal static partial nint CreateTargetMachineOptions();

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMDisposeTargetMachineOptions")]
    internal static partial void DisposeTargetMachineOptions(nint options);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMTargetMachineOptionsSetCPU",
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void TargetMachineOptionsSetCPU(nint options, string cpu);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMTargetMachineOptionsSetFeatures",
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void TargetMachineOptionsSetFeatures(nint options, string features);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMTargetMachineOptionsSetABI",
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void TargetMachineOptionsSetABI(nint options, string abi);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMTargetMachineOptionsSetCodeGenOptLevel")]
    internal static partial void TargetMachineOptionsSetCodeGenOptLevel(nint options, int level);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMTargetMachineOptionsSetRelocMode")]
    internal static partial void TargetMachineOptionsSetRelocMode(nint options, int mode);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMTargetMachineOptionsSetCodeModel")]
    internal static partial void TargetMachineOptionsSetCodeModel(nint options, int model);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMCreateTargetMachineWithOptions",
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint CreateTargetMachineWithOptions(nint target, string triple, nint options);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMDisposeTargetMachine")]
    internal static partial void DisposeTargetMachine(nint machine);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMCreateTargetDataLayout")]
    internal static partial nint CreateTargetDataLayout(nint machine);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMCopyStringRepOfTargetData")]
    internal static partial nint CopyStringRepOfTargetData(nint layout);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMDisposeTargetData")]
    internal static partial void DisposeTargetData(nint layout);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMCreateTargetData", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint CreateTargetData(string layout);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMTargetMachineEmitToFile",
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int TargetMachineEmitToFile(
        nint machine, nint module, string path, int kind, out nint message);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMABISizeOfType")]
    internal static partial ulong ABISizeOfType(nint layout, nint type);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMStoreSizeOfType")]
    internal static partial ulong StoreSizeOfType(nint layout, nint type);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMABIAlignmentOfType")]
    internal static partial uint ABIAlignmentOfType(nint layout, nint type);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMPreferredAlignmentOfGlobal")]
    internal static partial uint PreferredAlignmentOfGlobal(nint layout, nint global);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMOffsetOfElement")]
    internal static partial ulong OffsetOfElement(nint layout, nint type, uint index);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMInitializeX86TargetInfo")]
    internal static partial void InitializeX86TargetInfo();

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMInitializeX86Target")]
    internal static partial void InitializeX86Target();

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMInitializeX86TargetMC")]
    internal static partial void InitializeX86TargetMC();

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMInitializeX86AsmPrinter")]
    internal static partial void InitializeX86AsmPrinter();

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMInitializeX86AsmParser")]
    internal static partial void InitializeX86AsmParser();

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMInitializeAArch64TargetInfo")]
    internal static partial void InitializeAArch64TargetInfo();

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMInitializeAArch64Target")]
    internal static partial void InitializeAArch64Target();

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMInitializeAArch64TargetMC")]
    internal static partial void InitializeAArch64TargetMC();

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMInitializeAArch64AsmPrinter")]
    internal static partial void InitializeAArch64AsmPrinter();

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMInitializeAArch64AsmParser")]
    internal static partial void InitializeAArch64AsmParser();

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMInitializeRISCVTargetInfo")]
    internal static partial void InitializeRISCVTargetInfo();

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMInitializeRISCVTarget")]
    internal static partial void InitializeRISCVTarget();

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMInitializeRISCVTargetMC")]
    internal static partial void InitializeRISCVTargetMC();

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMInitializeRISCVAsmPrinter")]
    internal static partial void InitializeRISCVAsmPrinter();

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMInitializeRISCVAsmParser")]
    internal static partial void InitializeRISCVAsmParser();

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMResetFatalErrorHandler")]
    internal static partial void ResetFatalErrorHandler();
}

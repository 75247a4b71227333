using System.Runtime.InteropServices;

namespace Popcorn.Llvm.LlvmC;

/// <summary>llvm-c: entry points that take callbacks or argument vectors.</summary>
internal static unsafe partial class Handlers
{
    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMContextSetDiagnosticHandler")]
    internal static partial void ContextSetDiagnosticHandler(
        nint context, delegate* unmanaged<nint, nint, void> handler, nint state);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMInstallFatalErrorHandler")]
    internal static partial void InstallFatalErrorHandler(delegate* unmanaged<nint, void> handler);

    [LibraryImport(LlvmLibrary.Name, EntryPoint = "LLVMParseCommandLineOptions")]
    internal static partial void ParseCommandLineOptions(int count, nint* arguments, nint overview);
}

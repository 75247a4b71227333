using System.Reflection;
using System.Runtime.InteropServices;

namespace Popcorn.Llvm;

/// <summary>
/// Finds and initialises libLLVM 19, once per process: the three back ends, the command-line switch statepoints need,
/// and the handler that turns LLVM's fatal errors into messages.
/// </summary>
public static class LlvmLibrary
{
    internal const string Name = "libLLVM-19.so";

    // Debian's package first, then what the dynamic loader finds.
    private static readonly string[] _candidates =
    [
        "/usr/lib/llvm-19/lib/libLLVM-19.so",
        "/usr/lib/x86_64-linux-gnu/libLLVM.so.19.1",
        "/usr/lib/aarch64-linux-gnu/libLLVM.so.19.1",
        "/usr/lib/riscv64-linux-gnu/libLLVM.so.19.1",
        "libLLVM.so.19.1",
        "libLLVM-19.so",
    ];

    private static readonly Lazy<bool> _initialised = new(Initialise);

    static LlvmLibrary() => NativeLibrary.SetDllImportResolver(typeof(LlvmLibrary).Assembly, Resolve);

    /// <summary>Loads the library and the back ends; does nothing the second time.</summary>
    public static void Load() => _ = _initialised.Value;

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Name)
            return 0;
        foreach (string candidate in _candidates)
        {
            if (NativeLibrary.TryLoad(candidate, out nint handle))
                return handle;
        }
        throw new Core.PopcornException("libLLVM 19 is not installed: install the packages llvm-19 and clang-19");
    }

    private static unsafe bool Initialise()
    {
        nint program = Marshal.StringToCoTaskMemUTF8("popcorn");
        // Without this switch every deoptimisation value is spilled to the stack before the call.
        nint registers = Marshal.StringToCoTaskMemUTF8("-use-registers-for-deopt-values");
        // Without this one the register allocator recomputes constants into registers in front of a site, one for each
        // value the site records, and "ran out of registers": with it they are folded as spilled values are.
        nint folding = Marshal.StringToCoTaskMemUTF8("-restrict-statepoint-remat");
        // A function whose only call is a point's must not save callee-saved registers on entry for it: to spill in the
        // cold block is cheaper. The unit is 1/16384 of an entry; x86-64's own value is 0.
        nint saving = Marshal.StringToCoTaskMemUTF8("-regalloc-csr-first-time-cost=1000");
        // SAFETY: LLVM copies what it needs before the call returns; the handler is a static function.
        unsafe
        {
            nint* arguments = stackalloc nint[] { program, registers, folding, saving };
            LlvmC.Handlers.ParseCommandLineOptions(4, arguments, 0);
            LlvmC.Handlers.InstallFatalErrorHandler(&LlvmGuard.OnFatalError);
        }
        Marshal.FreeCoTaskMem(program);
        Marshal.FreeCoTaskMem(registers);
        Marshal.FreeCoTaskMem(folding);
        Marshal.FreeCoTaskMem(saving);
        LlvmC.Tools.InitializeX86TargetInfo();
        LlvmC.Tools.InitializeX86Target();
        LlvmC.Tools.InitializeX86TargetMC();
        LlvmC.Tools.InitializeX86AsmPrinter();
        LlvmC.Tools.InitializeX86AsmParser();
        LlvmC.Tools.InitializeAArch64TargetInfo();
        LlvmC.Tools.InitializeAArch64Target();
        LlvmC.Tools.InitializeAArch64TargetMC();
        LlvmC.Tools.InitializeAArch64AsmPrinter();
        LlvmC.Tools.InitializeAArch64AsmParser();
        LlvmC.Tools.InitializeRISCVTargetInfo();
        LlvmC.Tools.InitializeRISCVTarget();
        LlvmC.Tools.InitializeRISCVTargetMC();
        LlvmC.Tools.InitializeRISCVAsmPrinter();
        LlvmC.Tools.InitializeRISCVAsmParser();
        return true;
    }
}

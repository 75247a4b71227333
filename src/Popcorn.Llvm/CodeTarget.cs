using Popcorn.Core;
using Popcorn.Llvm.LlvmC;

namespace Popcorn.Llvm;

/// <summary>Owns a back end configured for one ISA: static relocation, small code model (medlow on RISC-V).</summary>
public sealed class CodeTarget : IDisposable
{
    // LLVM-C: LLVMRelocStatic, LLVMCodeModelSmall, LLVMObjectFile.
    private const int RelocationStatic = 1;
    private const int CodeModelSmall = 3;
    private const int ObjectFile = 1;

    private CodeTarget(nint handle, string triple)
    {
        Handle = handle;
        Triple = triple;
        nint layout = Tools.CreateTargetDataLayout(handle);
        DataLayout = LlvmText.Owned(Tools.CopyStringRepOfTargetData(layout));
        Tools.DisposeTargetData(layout);
    }

    public nint Handle { get; private set; }

    public string Triple { get; }

    public string DataLayout { get; }

    /// <param name="isa">The instruction set.</param>
    /// <param name="level">0…3. At 0 some back ends pick instruction selectors that cannot do statepoints.</param>
    public static CodeTarget For(Isa isa, int level)
    {
        LlvmLibrary.Load();
        (string triple, string cpu, string features, string abi) = isa switch
        {
            Isa.X86_64 => ("x86_64-unknown-linux-musl", "x86-64-v2", "", ""),
            Isa.AArch64 => ("aarch64-unknown-linux-musl", "generic", "", ""),
            _ => ("riscv64-unknown-linux-musl", "generic-rv64", "+m,+a,+f,+d,+c,-relax", "lp64d"),
        };
        if (Tools.GetTargetFromTriple(triple, out nint target, out nint message) != 0)
            throw new LlvmException($"libLLVM has no back end for {triple}: {LlvmText.Owned(message)}");
        nint options = Tools.CreateTargetMachineOptions();
        Tools.TargetMachineOptionsSetCPU(options, cpu);
        Tools.TargetMachineOptionsSetFeatures(options, features);
        if (abi.Length != 0)
            Tools.TargetMachineOptionsSetABI(options, abi);
        Tools.TargetMachineOptionsSetCodeGenOptLevel(options, level);
        Tools.TargetMachineOptionsSetRelocMode(options, RelocationStatic);
        Tools.TargetMachineOptionsSetCodeModel(options, CodeModelSmall);
        nint machine = Tools.CreateTargetMachineWithOptions(target, triple, options);
        Tools.DisposeTargetMachineOptions(options);
        return new CodeTarget(machine, triple);
    }

    /// <summary>Writes an ELF object. The module is changed by it and of no use afterwards.</summary>
    public void EmitObject(IrModule module, string path)
    {
        ArgumentNullException.ThrowIfNull(module);
        module.Target = Triple;
        module.DataLayout = DataLayout;
        if (Tools.TargetMachineEmitToFile(Handle, module.Handle, path, ObjectFile, out nint message) != 0)
            throw new LlvmException($"cannot write {path}: {LlvmText.Owned(message)}");
    }

    public void Dispose()
    {
        if (Handle != 0)
            Tools.DisposeTargetMachine(Handle);
        Handle = 0;
    }
}

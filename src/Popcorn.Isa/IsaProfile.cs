using Popcorn.Core;

namespace Popcorn.Architecture;

/// <summary>
/// What the rest of the system needs to know about one ISA, as data. Code that must know more about a CPU than
/// this belongs in this project.
/// </summary>
public sealed record IsaProfile
{
    private static readonly IsaProfile s_x86_64 = new()
    {
        Isa = Isa.X86_64,
        Registers = RegisterFiles.X86_64,
        LlvmTriple = "x86_64-linux-musl",
        LlvmCpu = "x86-64-v2",
        LlvmFeatures = "",
        LlvmAbi = "",
        LldEmulation = "elf_x86_64",
        GnuTriple = "x86_64-linux-gnu",
        QemuUser = "qemu-x86_64-static",
        InstructionAlignmentBytes = 1,
    };

    private static readonly IsaProfile s_aarch64 = new()
    {
        Isa = Isa.AArch64,
        Registers = RegisterFiles.AArch64,
        LlvmTriple = "aarch64-linux-musl",
        LlvmCpu = "generic",
        LlvmFeatures = "",
        LlvmAbi = "",
        LldEmulation = "aarch64linux",
        GnuTriple = "aarch64-linux-gnu",
        QemuUser = "qemu-aarch64-static",
        InstructionAlignmentBytes = 4,
    };

    private static readonly IsaProfile s_riscv64 = new()
    {
        Isa = Isa.RiscV64,
        Registers = RegisterFiles.RiscV64,
        LlvmTriple = "riscv64-linux-musl",
        LlvmCpu = "generic-rv64",
        LlvmFeatures = "+m,+a,+f,+d,+c",
        LlvmAbi = "lp64d",
        LldEmulation = "elf64lriscv",
        GnuTriple = "riscv64-linux-gnu",
        QemuUser = "qemu-riscv64-static",
        InstructionAlignmentBytes = 2,
    };

    private IsaProfile()
    {
    }

    public required Isa Isa { get; init; }

    public required RegisterFile Registers { get; init; }

    public required string LlvmTriple { get; init; }

    public required string LlvmCpu { get; init; }

    /// <summary>llc's <c>-mattr</c>; empty for the CPU's own.</summary>
    public required string LlvmFeatures { get; init; }

    /// <summary>llc's <c>-target-abi</c>; empty for the triple's own.</summary>
    public required string LlvmAbi { get; init; }

    /// <summary>lld's <c>-m</c>.</summary>
    public required string LldEmulation { get; init; }

    /// <summary>Prefix of Debian's cross tools and libgcc directories.</summary>
    public required string GnuTriple { get; init; }

    /// <summary>The user-mode emulator that runs this ISA on a machine of another.</summary>
    public required string QemuUser { get; init; }

    /// <summary>Every instruction starts at a multiple of this.</summary>
    public required int InstructionAlignmentBytes { get; init; }

    /// <summary>The page size programs are laid out for, on every ISA. AArch64 kernels with 64 KiB pages are
    /// refused.</summary>
    public const int PageSizeBytes = 4096;

    public static IsaProfile Of(Isa isa) => isa switch
    {
        Isa.X86_64 => s_x86_64,
        Isa.AArch64 => s_aarch64,
        Isa.RiscV64 => s_riscv64,
        _ => throw new ArgumentOutOfRangeException(nameof(isa), isa, "not an ISA"),
    };
}

using System.Runtime.InteropServices;

namespace Popcorn.Node.Objects;

/// <summary>Open flags of this host's kernel and the asm-generic ones: AArch64 has permuted a few.</summary>
public static class HostFlags
{
    // asm-generic/fcntl.h; those that act on opening only are left out.
    private const uint Kept = 3 | Append | Nonblock | 0x1000 | 0x2000 | Direct | Directory | NoAccessTime | 0x101000
        | PathOnly;

    public const uint Append = 0x400;
    public const uint Nonblock = 0x800;
    public const uint Direct = 0x4000;
    public const uint Directory = 0x10000;
    public const uint NoAccessTime = 0x40000;
    public const uint PathOnly = 0x200000;

    // arch/arm64/include/uapi/asm/fcntl.h.
    private const uint ArmDirect = 0x10000;
    private const uint ArmDirectory = 0x4000;

    public static uint ToGeneric(int flags) => Permute((uint)flags, ArmDirect, Direct, ArmDirectory, Directory) & Kept;

    public static int ToHost(uint flags) => (int)Permute(flags, Direct, ArmDirect, Directory, ArmDirectory);

    private static uint Permute(uint flags, uint direct, uint newDirect, uint directory, uint newDirectory)
    {
        if (RuntimeInformation.OSArchitecture != System.Runtime.InteropServices.Architecture.Arm64)
            return flags;
        uint others = flags & ~(direct | directory);
        return others | ((flags & direct) != 0 ? newDirect : 0) | ((flags & directory) != 0 ? newDirectory : 0);
    }
}

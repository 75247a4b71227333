using System.Runtime.InteropServices;
using Popcorn.Core;
using HostArchitecture = System.Runtime.InteropServices.Architecture;

namespace Popcorn.Compiler.Link;

/// <summary>The ISA of the machine this command runs on: the executable that the output's own name gets.</summary>
internal static class HostIsa
{
    public static Isa Current { get; } = RuntimeInformation.ProcessArchitecture switch
    {
        HostArchitecture.Arm64 => Isa.AArch64,
        HostArchitecture.RiscV64 => Isa.RiscV64,
        _ => Isa.X86_64,
    };
}

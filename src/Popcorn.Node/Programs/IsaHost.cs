using System.Runtime.InteropServices;
using Popcorn.Architecture;
using Popcorn.Core;
using Popcorn.Node.Machine;
using HostArchitecture = System.Runtime.InteropServices.Architecture;

namespace Popcorn.Node.Programs;

/// <summary>How this machine runs an ISA: by its own processor, or through qemu-user.</summary>
/// <param name="Emulator">Path of the emulator, or null for the processor itself.</param>
public sealed record IsaHost(Isa Isa, string? Emulator)
{
    public bool IsEmulated => Emulator is not null;

    /// <summary>As messages name it: <c>aarch64 (emulated)</c>.</summary>
    public string Label => IsEmulated ? Isa.Name() + " (emulated)" : Isa.Name();

    public static Isa NativeIsa { get; } = RuntimeInformation.OSArchitecture switch
    {
        HostArchitecture.X64 => Isa.X86_64,
        HostArchitecture.Arm64 => Isa.AArch64,
        HostArchitecture.RiscV64 => Isa.RiscV64,
        HostArchitecture other => throw new PlatformNotSupportedException($"popcorn does not know {other}"),
    };

    /// <summary>False when the machine lacks the ISA and its emulator is not installed.</summary>
    public static bool TryFind(Isa isa, out IsaHost host)
    {
        string? emulator = isa == NativeIsa ? null : ExecutableSearch.Find(IsaProfile.Of(isa).QemuUser);
        host = new IsaHost(isa, emulator);
        return isa == NativeIsa || emulator is not null;
    }

    public static IsaHost Find(Isa isa) => TryFind(isa, out IsaHost host)
        ? host
        : throw new ProgramException(ProgramRefusal.NoEmulator, MissingEmulator(isa));

    public static string MissingEmulator(Isa isa) =>
        $"this {NativeIsa.Name()} machine cannot run {isa.Name()} programs: {IsaProfile.Of(isa).QemuUser} " +
        "is not installed (Debian package qemu-user-static)";
}

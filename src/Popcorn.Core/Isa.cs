namespace Popcorn.Core;

/// <summary>An instruction set a program can run on. The numeric values are wire ids: never renumber.</summary>
public enum Isa : byte
{
    X86_64 = 1,
    AArch64 = 2,
    RiscV64 = 3,
}

/// <summary>Names of the ISAs as users type them and as <c>app.popcorn/</c> holds them.</summary>
public static class IsaNames
{
    /// <summary>Every ISA, in the order of their wire ids.</summary>
    public static IReadOnlyList<Isa> All { get; } = [Isa.X86_64, Isa.AArch64, Isa.RiscV64];

    /// <summary>The name in file names, options and messages: <c>x86_64</c>, <c>aarch64</c>, <c>riscv64</c>.</summary>
    public static string Name(this Isa isa) => isa switch
    {
        Isa.X86_64 => "x86_64",
        Isa.AArch64 => "aarch64",
        Isa.RiscV64 => "riscv64",
        _ => throw new ArgumentOutOfRangeException(nameof(isa), isa, "not an ISA"),
    };

    /// <summary>Accepts the canonical names and the usual aliases (x86-64, amd64, arm64, riscv).</summary>
    public static bool TryParse(string text, out Isa isa)
    {
        ArgumentNullException.ThrowIfNull(text);
        isa = text.ToLowerInvariant() switch
        {
            "x86_64" or "x86-64" or "amd64" or "x64" => Isa.X86_64,
            "aarch64" or "arm64" => Isa.AArch64,
            "riscv64" or "rv64" or "riscv" => Isa.RiscV64,
            _ => default,
        };
        return isa != default;
    }
}

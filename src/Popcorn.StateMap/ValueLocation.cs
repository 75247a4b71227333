using System.Globalization;
using Popcorn.Architecture;

namespace Popcorn.StateMap;

public enum LocationKind : byte
{
    /// <summary>The value is the operand, sign-extended. LLVM writes 0xfefefefe where the value is undefined and any
    /// bits will do.</summary>
    Constant = 0,

    /// <summary>The value is in the low bytes of the register.</summary>
    Register = 1,

    /// <summary>The value is in memory at the register's value plus the operand.</summary>
    Memory = 2,
}

/// <summary>Where one live value is, in terms of the registers a frame has at its call.</summary>
/// <param name="Register">DWARF number; 0 unless the kind names a register.</param>
/// <param name="Operand">Constant, or byte offset from the register.</param>
public readonly record struct ValueLocation(LocationKind Kind, ushort Register, long Operand)
{
    public static ValueLocation Constant(long value) => new(LocationKind.Constant, 0, value);

    public static ValueLocation InRegister(int dwarfNumber) => new(LocationKind.Register, (ushort)dwarfNumber, 0);

    public static ValueLocation InMemory(int dwarfNumber, long offset) =>
        new(LocationKind.Memory, (ushort)dwarfNumber, offset);

    /// <summary>As an assembler would write it: <c>rbx</c>, <c>[rsp+0x18]</c>, <c>42</c>.</summary>
    public string Describe(RegisterFile registers)
    {
        ArgumentNullException.ThrowIfNull(registers);
        return Kind switch
        {
            LocationKind.Constant => "constant " + Operand.ToString(CultureInfo.InvariantCulture),
            LocationKind.Register => registers.NameOf(Register),
            _ => Operand < 0
                ? $"[{registers.NameOf(Register)}-0x{-Operand:x}]"
                : $"[{registers.NameOf(Register)}+0x{Operand:x}]",
        };
    }
}

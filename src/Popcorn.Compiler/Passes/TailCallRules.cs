using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>
/// Which guaranteed tail calls cannot be made, in the front end's IR. Large structs clang takes and makes programs of
/// that fail: the callee reads them in a frame that is gone.
/// </summary>
internal static class TailCallRules
{
    // RISC-V psABI, lp64d: arguments beyond these are passed in memory, and its back end then makes no tail call.
    private const int GeneralRegisters = 8;
    private const int FloatRegisters = 8;

    /// <summary>Why the call is refused, or null.</summary>
    internal static string? Refusal(IrValue call)
    {
        if (call.CalledType().IsVarArg)
            return "a guaranteed tail call cannot pass variable arguments on";
        IrValue[] arguments = [.. Enumerable.Range(0, call.ArgumentCount()).Select(i => call.Argument(i))];
        if (arguments.Any(IsLocal))
        {
            return "a guaranteed tail call gives up the locals of its function, and this one passes the address of "
                + "one; a struct of more than 16 bytes is passed so: pass a pointer to one that lives longer";
        }
        int floats = arguments.Count(a => IsFloat(a.Type));
        int words = arguments.Where(a => !IsFloat(a.Type)).Sum(a => Words(a.Type));
        return words + Math.Max(0, floats - FloatRegisters) > GeneralRegisters
            ? $"a guaranteed tail call can pass {GeneralRegisters} words and {FloatRegisters} floating-point numbers, "
                + $"as many as RISC-V has registers for; this one passes {words} and {floats}"
            : null;
    }

    private static bool IsLocal(IrValue value) => value.Opcode switch
    {
        IrOpcode.Alloca => true,
        IrOpcode.GetElementPtr => IsLocal(value.Operand(0)),
        _ => false,
    };

    private static bool IsFloat(IrType type) =>
        type.Kind is IrTypeKind.Half or IrTypeKind.BFloat or IrTypeKind.Float or IrTypeKind.Double;

    private static int Words(IrType type) => type.Kind switch
    {
        IrTypeKind.Integer => (int)(type.IntegerBits + 63) / 64,
        IrTypeKind.Fp128 => 2,
        IrTypeKind.Array => (int)type.ArrayLength * Words(type.Element),
        IrTypeKind.Struct => Enumerable.Range(0, (int)type.StructFieldCount).Sum(
            i => Words(type.StructField((uint)i))),
        _ => 1,
    };
}

using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>What kind of call an instruction is; asked by several passes.</summary>
internal static class Calls
{
    private static readonly HashSet<string> _setjmpNames = ["setjmp", "_setjmp", "sigsetjmp", "__sigsetjmp"];

    internal static bool IsIntrinsic(IrValue call)
    {
        IrValue callee = call.DirectCallee();
        return !callee.IsNone && callee.IsIntrinsic();
    }

    /// <summary>The intrinsic's name without its type suffixes matches <paramref name="prefix"/>.</summary>
    internal static bool IsIntrinsic(IrValue instruction, string prefix)
    {
        if (instruction.Opcode != IrOpcode.Call)
            return false;
        IrValue callee = instruction.DirectCallee();
        return !callee.IsNone && callee.IsIntrinsic() && callee.Name.StartsWith(prefix, StringComparison.Ordinal);
    }

    /// <summary>A guaranteed tail call: the last thing its function does, in place of it.</summary>
    internal static bool IsTail(IrValue instruction) =>
        instruction.Opcode == IrOpcode.Call && instruction.TailCall() == TailCallKind.MustTail;

    internal static bool IsDebug(IrValue instruction) => IsIntrinsic(instruction, "llvm.dbg.");

    internal static bool IsSetjmp(IrValue instruction)
    {
        if (instruction.Opcode != IrOpcode.Call)
            return false;
        string name = CalleeName(instruction);
        return _setjmpNames.Contains(name);
    }

    /// <summary>The call of a migration point as <see cref="InsertPoints"/> made it: a cold block starts with
    /// it.</summary>
    internal static bool IsPoint(IrValue instruction) => instruction.Opcode == IrOpcode.Call
        && CalleeName(instruction) == RuntimeFunctions.Park && instruction.Block.First == instruction;

    /// <summary>The symbol called directly, through an alias too; empty for an indirect call.</summary>
    internal static string CalleeName(IrValue call)
    {
        IrValue callee = call.Callee();
        return callee.Kind is IrValueKind.Function or IrValueKind.GlobalAlias ? callee.Name : "";
    }
}

using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>
/// Gives an SSA value a slot in memory: stored once where it is defined, loaded again beside each use. (LLVM's own
/// DemotePHIToStack loads once, so the value would stay live across everything in between.)
/// </summary>
internal static class DemoteValue
{
    internal static void Store(IrModule module, IrValue function, IrValue value, IrValue slot)
    {
        using IrBuilder builder = new(module);
        IrValue at = value.IsArgument ? InsertPoints.FirstAfterAllocas(function.EntryBlock())
            : value.Opcode == IrOpcode.Phi ? value.Block.FirstNonPhi
            : value.Next;
        builder.Before(at).Store(value, slot);
    }

    /// <summary>Every use but the stores to the slot reads the slot.</summary>
    internal static void Reload(IrModule module, IrValue value, IrValue slot)
    {
        IrType type = value.Type;
        foreach (IrValue user in value.DistinctUsers())
        {
            if (user.Opcode == IrOpcode.Store && user.Operand(1) == slot && user.Operand(0) == value)
                continue;
            OperandRewriter.Replace(module, user, value, b => b.Load(type, slot));
        }
    }
}

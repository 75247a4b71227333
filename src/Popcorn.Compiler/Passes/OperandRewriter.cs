using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>Replaces one value in one user by code computed right before it; for a phi, at the end of the incoming
/// block.</summary>
internal static class OperandRewriter
{
    internal static void Replace(IrModule module, IrValue user, IrValue old, Func<IrBuilder, IrValue> compute)
    {
        using IrBuilder builder = new(module);
        if (user.Opcode == IrOpcode.Phi)
        {
            ReplaceInPhi(builder, user, old, compute);
            return;
        }
        builder.Before(user);
        builder.SetLocation(user.DebugLocation());
        IrValue replacement = compute(builder);
        int count = user.OperandCount;
        for (int i = 0; i < count; i++)
        {
            if (user.Operand(i) == old)
                user.SetOperand(i, replacement);
        }
    }

    private static void ReplaceInPhi(IrBuilder builder, IrValue phi, IrValue old, Func<IrBuilder, IrValue> compute)
    {
        // A phi must get the same value from all edges of one block.
        Dictionary<nint, IrValue> byBlock = [];
        for (int i = 0; i < phi.IncomingCount(); i++)
        {
            if (phi.IncomingValue(i) != old)
                continue;
            IrBlock block = phi.IncomingBlock(i);
            if (!byBlock.TryGetValue(block.Handle, out IrValue replacement))
            {
                builder.Before(block.Terminator);
                builder.SetLocation(0);
                byBlock[block.Handle] = replacement = compute(builder);
            }
            phi.SetIncomingValue(i, replacement);
        }
    }
}

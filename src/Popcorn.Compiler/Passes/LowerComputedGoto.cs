using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>
/// <c>indirectbr</c> becomes a <c>switch</c> over block numbers, every <c>blockaddress</c> its block's number. A code
/// address in data would not survive a move, and a cloned function would jump back into the original.
/// </summary>
internal static class LowerComputedGoto
{
    internal static void Run(IrModule module)
    {
        foreach (IrValue function in module.Functions().Where(f => !f.IsExternal()))
        {
            Dictionary<nint, ulong> numbers = NumberBlocks(module, function);
            foreach (IrBlock block in function.Blocks())
            {
                if (block.Terminator.Opcode == IrOpcode.IndirectBr)
                    ReplaceBranch(module, block.Terminator, numbers);
            }
        }
    }

    /// <summary>Numbers start at 1: no label compares equal to a null pointer.</summary>
    private static Dictionary<nint, ulong> NumberBlocks(IrModule module, IrValue function)
    {
        Dictionary<nint, ulong> numbers = [];
        foreach (IrBlock block in function.Blocks())
        {
            IrValue address = block.AsValue.Users().Find(u => u.Kind == IrValueKind.BlockAddress);
            if (address.IsNone)
                continue;
            ulong number = (ulong)numbers.Count + 1;
            numbers.Add(block.Handle, number);
            address.ReplaceAllUsesWith(module.Context.Address(number));
        }
        return numbers;
    }

    private static void ReplaceBranch(IrModule module, IrValue branch, Dictionary<nint, ulong> numbers)
    {
        IrContext context = module.Context;
        IrBlock nowhere = module.AppendBlock(branch.Block.Function, "");
        using IrBuilder builder = new(module);
        builder.AtEnd(nowhere).Unreachable();
        builder.Before(branch);
        builder.SetLocation(branch.DebugLocation());
        IrValue number = builder.PointerToInteger(branch.Operand(0), context.I64);
        int count = branch.SuccessorCount();
        IrValue replacement = builder.Switch(number, nowhere, count);
        HashSet<ulong> used = [];
        ulong spare = (ulong)numbers.Count + 1;
        for (int i = 0; i < count; i++)
        {
            IrBlock target = branch.Successor(i);
            // A target listed twice keeps both edges, as its phis count them; the second gets a number nobody jumps to.
            ulong value = numbers.TryGetValue(target.Handle, out ulong known) && used.Add(known) ? known : spare++;
            IrBuilder.AddCase(replacement, context.I64.Integer(value), target);
        }
        branch.Erase();
    }
}

using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>Recognises loops that are over before a point would matter.</summary>
internal static class CountedLoop
{
    // Rounds times instructions: some ten thousand instructions are a few microseconds.
    private const long InstructionsMax = 10000;

    /// <summary>
    /// A loop of one block, without calls, that counts from one constant to another in constant steps.
    /// </summary>
    internal static bool IsShort(FunctionGraph graph, int header, out int latch)
    {
        latch = header;
        if (!graph.Successors[header].Contains(header))
            return false;
        IrBlock block = graph.Blocks[header];
        List<IrValue> instructions = block.Instructions();
        if (instructions.Exists(i => i.Opcode == IrOpcode.Call && !Calls.IsIntrinsic(i)))
            return false;
        return Rounds(block) is { } rounds && rounds * instructions.Count <= InstructionsMax;
    }

    private static long? Rounds(IrBlock block)
    {
        IrValue branch = block.Terminator;
        if (branch.Opcode != IrOpcode.Br || branch.SuccessorCount() != 2)
            return null;
        // A conditional branch's operands are condition, false target, true target.
        IrValue compare = branch.Operand(0);
        if (compare.Opcode != IrOpcode.ICmp || compare.Operand(1).Kind != IrValueKind.ConstantInt)
            return null;
        IrValue counter = compare.Operand(0);
        if (counter.Opcode != IrOpcode.Phi)
            counter = counter.Opcode == IrOpcode.Add ? counter.Operand(0) : default;
        if (counter.IsNone || counter.Opcode != IrOpcode.Phi || counter.Block != block || counter.IncomingCount() != 2)
            return null;
        int around = counter.IncomingBlock(0) == block ? 0 : 1;
        IrValue start = counter.IncomingValue(1 - around), next = counter.IncomingValue(around);
        bool counts = next.Opcode == IrOpcode.Add && next.Operand(0) == counter
            && next.Operand(1).Kind == IrValueKind.ConstantInt && start.Kind == IrValueKind.ConstantInt
            && counter.Type.IntegerBits <= 64;
        if (!counts || (compare.Operand(0) != counter && compare.Operand(0) != next))
            return null;
        long step = next.Operand(1).SignedConstant;
        long distance = unchecked(compare.Operand(1).SignedConstant - start.SignedConstant);
        if (step == 0 || distance == long.MinValue || (distance < 0) != (step < 0))
            return null;
        // An inequality that steps over its limit would go on; a comparison by order or exact equality stops there.
        const int equal = 32, notEqual = 33;
        bool exact = distance % step == 0;
        return compare.Predicate() is equal or notEqual && !exact ? null : (distance / step) + 2;
    }
}

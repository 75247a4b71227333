using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>
/// Blocks of a function and their copies, in that function or another. First all instructions are copied, then
/// <see cref="Connect"/> makes the copies use each other. Debug locations are kept, debug values are not: two of one
/// variable would contradict each other.
/// </summary>
internal sealed class BlockCopies
{
    private readonly IrModule _module;
    private readonly IrValue _into;
    private readonly IReadOnlyList<IrBlock> _blocks;
    private readonly Dictionary<IrValue, IrValue> _copies = [];
    private readonly List<IrValue> _copied = [];

    // Where a block was copied in parts: the last one, and the one behind each instruction that ends one.
    private readonly Dictionary<IrBlock, IrBlock> _lastParts = [];
    private readonly Dictionary<IrValue, IrBlock> _behind = [];

    /// <summary>Appends an empty block for each; the order of what is appended is the caller's.</summary>
    internal BlockCopies(IrModule module, IrValue into, IReadOnlyList<IrBlock> blocks)
    {
        _module = module;
        _into = into;
        _blocks = blocks;
        foreach (IrBlock block in blocks)
            _copies.Add(block.AsValue, module.AppendBlock(into, "").AsValue);
    }

    /// <param name="ends">Instructions behind each of which the copy goes on in a block of its own.</param>
    internal void Copy(IReadOnlySet<IrValue> ends)
    {
        using IrBuilder builder = new(_module);
        foreach (IrBlock block in _blocks)
            Copy(builder, block, ends);
    }

    internal bool Has(IrBlock block) => _copies.ContainsKey(block.AsValue);

    internal IrBlock Of(IrBlock block) => _copies[block.AsValue].AsBlock;

    /// <summary>The value itself where it is none of the copied ones.</summary>
    internal IrValue Of(IrValue value) => _copies.GetValueOrDefault(value, value);

    internal IrBlock Behind(IrValue end) => _behind[end];

    /// <summary>What the copies use in place of a value that is defined elsewhere.</summary>
    internal void Stand(IrValue value, IrValue substitute) => _copies.Add(value, substitute);

    /// <summary>The copy of a value from now on, where the caller has put another in its place.</summary>
    internal void Replace(IrValue value, IrValue copy) => _copies[value] = copy;

    /// <summary>Blocks are operands of branches, so those go to the copies as well; exits go where they went.</summary>
    /// <param name="header">The block whose phis the caller fills; none for no such.</param>
    internal void Connect(IrBlock header)
    {
        foreach (IrValue original in _copied)
        {
            IrValue copy = _copies[original];
            if (original.Opcode != IrOpcode.Phi)
            {
                for (int i = 0; i < original.OperandCount; i++)
                    copy.SetOperand(i, Of(original.Operand(i)));
                continue;
            }
            for (int i = 0; original.Block != header && i < original.IncomingCount(); i++)
                copy.AddIncoming(Of(original.IncomingValue(i)), _lastParts[original.IncomingBlock(i)]);
        }
    }

    private void Copy(IrBuilder builder, IrBlock block, IReadOnlySet<IrValue> ends)
    {
        IrBlock part = Of(block);
        builder.AtEnd(part);
        for (IrValue i = block.First; !i.IsNone; i = i.Next)
        {
            if (Calls.IsDebug(i))
                continue;
            _copies.Add(i, Copy(builder, i));
            _copied.Add(i);
            if (!ends.Contains(i))
                continue;
            part = _module.AppendBlock(_into, "");
            builder.Branch(part);
            builder.AtEnd(part);
            _behind.Add(i, part);
        }
        _lastParts.Add(block, part);
    }

    private static IrValue Copy(IrBuilder builder, IrValue instruction)
    {
        if (instruction.Opcode == IrOpcode.Phi)
            return builder.Phi(instruction.Type);
        IrValue copy = instruction.CloneUnlinked();
        builder.Insert(copy);
        copy.SetDebugLocation(instruction.DebugLocation());
        return copy;
    }
}

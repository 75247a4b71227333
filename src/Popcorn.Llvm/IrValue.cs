using Popcorn.Llvm.LlvmC;

namespace Popcorn.Llvm;

/// <summary>
/// Any value: constant, global, argument or instruction; borrowed from its module. What only holds for one kind is in
/// <see cref="IrInstruction"/>, <see cref="IrCall"/> and <see cref="IrGlobal"/>.
/// </summary>
public readonly record struct IrValue(nint Handle)
{
    public bool IsNone => Handle == 0;

    public IrType Type => new(Values.TypeOf(Handle));

    public IrValueKind Kind => (IrValueKind)Values.GetValueKind(Handle);

    public string Name
    {
        get => LlvmText.Borrowed(Values.GetValueName2(Handle, out nuint length), length);
        set => Values.SetValueName2(Handle, value, (nuint)System.Text.Encoding.UTF8.GetByteCount(value));
    }

    public bool IsInstruction => Kind == IrValueKind.Instruction;

    public bool IsArgument => Kind == IrValueKind.Argument;

    public bool IsFunction => Kind == IrValueKind.Function;

    /// <summary>The block this value stands for; only for values of kind BasicBlock.</summary>
    public IrBlock AsBlock => new(LlvmC.Core.ValueAsBasicBlock(Handle));

    public bool IsConstant => Values.IsConstant(Handle) != 0;

    public bool IsNullConstant => Values.IsNull(Handle) != 0;

    /// <summary>The opcode of an instruction; <see cref="IrOpcode.None"/> for anything else.</summary>
    public IrOpcode Opcode => IsInstruction ? (IrOpcode)Values.GetInstructionOpcode(Handle) : IrOpcode.None;

    public int OperandCount => Values.GetNumOperands(Handle);

    public IrBlock Block => new(Values.GetInstructionParent(Handle));

    public IrValue Next => new(Values.GetNextInstruction(Handle));

    public IrValue Previous => new(Values.GetPreviousInstruction(Handle));

    public bool HasUses => Values.GetFirstUse(Handle) != 0;

    public ulong IntegerConstant => Values.ConstIntGetZExtValue(Handle);

    public long SignedConstant => Values.ConstIntGetSExtValue(Handle);

    public IrOpcode ConstantOpcode => (IrOpcode)Values.GetConstOpcode(Handle);

    public IrValue Operand(int index) => new(Values.GetOperand(Handle, (uint)index));

    public void SetOperand(int index, IrValue value) => Values.SetOperand(Handle, (uint)index, value.Handle);

    public void ReplaceAllUsesWith(IrValue replacement) => Values.ReplaceAllUsesWith(Handle, replacement.Handle);

    /// <summary>The users, one entry per use; a copy, so uses may be changed while walking it.</summary>
    public List<IrValue> Users()
    {
        List<IrValue> list = [];
        for (nint use = Values.GetFirstUse(Handle); use != 0; use = Values.GetNextUse(use))
            list.Add(new IrValue(Values.GetUser(use)));
        return list;
    }

    /// <summary>Like <see cref="Users"/>, each user once.</summary>
    public HashSet<IrValue> DistinctUsers()
    {
        HashSet<IrValue> set = [];
        for (nint use = Values.GetFirstUse(Handle); use != 0; use = Values.GetNextUse(use))
            set.Add(new IrValue(Values.GetUser(use)));
        return set;
    }

    public override string ToString() => IsNone ? "<none>" : LlvmText.Owned(LlvmC.Core.PrintValueToString(Handle));
}

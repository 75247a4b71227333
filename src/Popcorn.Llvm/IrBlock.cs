using Popcorn.Llvm.LlvmC;

namespace Popcorn.Llvm;

/// <summary>A basic block, borrowed from its function.</summary>
public readonly record struct IrBlock(nint Handle)
{
    public bool IsNone => Handle == 0;

    public IrValue AsValue => new(LlvmC.Core.BasicBlockAsValue(Handle));

    public IrValue Function => new(LlvmC.Core.GetBasicBlockParent(Handle));

    public IrValue Terminator => new(LlvmC.Core.GetBasicBlockTerminator(Handle));

    public IrValue First => new(LlvmC.Core.GetFirstInstruction(Handle));

    /// <summary>The first instruction that is not a phi: where code can be put.</summary>
    public IrValue FirstNonPhi
    {
        get
        {
            IrValue instruction = First;
            while (!instruction.IsNone && instruction.Opcode == IrOpcode.Phi)
                instruction = instruction.Next;
            return instruction;
        }
    }

    /// <summary>A copy of the list, so the caller may insert and erase while walking it.</summary>
    public List<IrValue> Instructions()
    {
        List<IrValue> list = [];
        for (nint i = LlvmC.Core.GetFirstInstruction(Handle); i != 0; i = Values.GetNextInstruction(i))
            list.Add(new IrValue(i));
        return list;
    }

    public List<IrBlock> Successors()
    {
        List<IrBlock> list = [];
        nint terminator = LlvmC.Core.GetBasicBlockTerminator(Handle);
        if (terminator == 0)
            return list;
        uint count = Values.GetNumSuccessors(terminator);
        for (uint i = 0; i < count; i++)
            list.Add(new IrBlock(Values.GetSuccessor(terminator, i)));
        return list;
    }

    public void MoveAfter(IrBlock other) => LlvmC.Core.MoveBasicBlockAfter(Handle, other.Handle);

    public void RemoveFromFunction() => LlvmC.Core.RemoveBasicBlockFromParent(Handle);

    public void AppendTo(IrValue function) => LlvmC.Core.AppendExistingBasicBlock(function.Handle, Handle);

    public void Delete() => LlvmC.Core.DeleteBasicBlock(Handle);
}

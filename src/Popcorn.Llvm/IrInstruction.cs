using Popcorn.Llvm.LlvmC;

namespace Popcorn.Llvm;

/// <summary>What holds for instructions only.</summary>
public static class IrInstruction
{
    public static void Erase(this IrValue instruction) => Values.InstructionEraseFromParent(instruction.Handle);

    public static void Unlink(this IrValue instruction) => Values.InstructionRemoveFromParent(instruction.Handle);

    /// <summary>An unlinked copy with its metadata and bundles, without its debug location.</summary>
    public static IrValue CloneUnlinked(this IrValue instruction)
    {
        nint copy = Values.InstructionClone(instruction.Handle);
        Values.InstructionSetDebugLoc(copy, 0);
        return new IrValue(copy);
    }

    public static int SuccessorCount(this IrValue terminator) => (int)Values.GetNumSuccessors(terminator.Handle);

    public static IrBlock Successor(this IrValue terminator, int index) =>
        new(Values.GetSuccessor(terminator.Handle, (uint)index));

    public static void SetSuccessor(this IrValue terminator, int index, IrBlock block) =>
        Values.SetSuccessor(terminator.Handle, (uint)index, block.Handle);

    public static int IncomingCount(this IrValue phi) => (int)Values.CountIncoming(phi.Handle);

    public static IrValue IncomingValue(this IrValue phi, int index) =>
        new(Values.GetIncomingValue(phi.Handle, (uint)index));

    public static IrBlock IncomingBlock(this IrValue phi, int index) =>
        new(Values.GetIncomingBlock(phi.Handle, (uint)index));

    /// <summary>A phi's operands are its incoming values, in order.</summary>
    public static void SetIncomingValue(this IrValue phi, int index, IrValue value) => phi.SetOperand(index, value);

    public static void AddIncoming(this IrValue phi, IrValue value, IrBlock block) =>
        Values.AddIncoming(phi.Handle, [value.Handle], [block.Handle], 1);

    public static IrType AllocatedType(this IrValue alloca) => new(Values.GetAllocatedType(alloca.Handle));

    public static IrType GepSourceType(this IrValue gep) => new(Values.GetGEPSourceElementType(gep.Handle));

    /// <summary>Explicit alignment of an alloca, load, store or global, in bytes; 0 = none.</summary>
    public static uint Alignment(this IrValue value) => LlvmC.Core.GetAlignment(value.Handle);

    public static void SetAlignment(this IrValue value, uint bytes) => LlvmC.Core.SetAlignment(value.Handle, bytes);

    public static void SetVolatile(this IrValue access) => Values.SetVolatile(access.Handle, 1);

    public static IrPredicate Predicate(this IrValue compare) =>
        (IrPredicate)Values.GetICmpPredicate(compare.Handle);

    public static int DebugLine(this IrValue instruction) =>
        Values.InstructionGetDebugLoc(instruction.Handle) == 0 ? 0 : (int)Values.GetDebugLocLine(instruction.Handle);

    /// <summary>The source file of the debug location, joined to its directory unless absolute; empty when there is
    /// none.</summary>
    public static string DebugFile(this IrValue instruction)
    {
        if (Values.InstructionGetDebugLoc(instruction.Handle) == 0)
            return "";
        string file = LlvmText.Borrowed(
            Values.GetDebugLocFilename(instruction.Handle, out uint fileLength), fileLength);
        string folder = LlvmText.Borrowed(Values.GetDebugLocDirectory(instruction.Handle, out uint length), length);
        return folder.Length == 0 || file.Length == 0 || file[0] == '/' ? file : folder + "/" + file;
    }

    public static nint DebugLocation(this IrValue instruction) => Values.InstructionGetDebugLoc(instruction.Handle);

    public static void SetDebugLocation(this IrValue instruction, nint location) =>
        Values.InstructionSetDebugLoc(instruction.Handle, location);

    public static void SetMetadata(this IrValue instruction, string kind, IrValue node)
    {
        nint context = LlvmC.Core.GetTypeContext(Values.TypeOf(instruction.Handle));
        uint id = Values.GetMDKindIDInContext(context, kind, (uint)kind.Length);
        Values.SetMetadata(instruction.Handle, id, node.Handle);
    }
}

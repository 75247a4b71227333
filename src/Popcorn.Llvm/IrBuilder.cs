using LlvmBuilder = Popcorn.Llvm.LlvmC.Builder;
using Popcorn.Llvm.LlvmC;

namespace Popcorn.Llvm;

/// <summary>Owns an insertion point. Instructions made through it carry no names but those given.</summary>
public sealed class IrBuilder(IrModule module) : IDisposable
{
    private readonly IrModule _module = module;
    private nint _handle = LlvmBuilder.CreateBuilderInContext(module.Context.Handle);

    public IrBlock Block => new(LlvmBuilder.GetInsertBlock(_handle));

    public IrBuilder Before(IrValue instruction)
    {
        Core.Invariant.Check(!instruction.IsNone);
        Core.Invariant.Check(instruction.IsInstruction);
        Core.Invariant.Check(!instruction.Block.IsNone);
        LlvmBuilder.PositionBuilderBefore(_handle, instruction.Handle);
        return this;
    }

    public IrBuilder AtEnd(IrBlock block)
    {
        LlvmBuilder.PositionBuilderAtEnd(_handle, block.Handle);
        return this;
    }

    /// <summary>Line given to what is built from here on; 0 = none.</summary>
    public void SetLocation(nint location) => LlvmBuilder.SetCurrentDebugLocation2(_handle, location);

    /// <summary>Inserts an unlinked instruction, its name kept.</summary>
    public void Insert(IrValue instruction) =>
        LlvmBuilder.InsertIntoBuilderWithName(_handle, instruction.Handle, instruction.Name);

    public IrValue ReturnVoid() => new(LlvmBuilder.BuildRetVoid(_handle));

    public IrValue Return(IrValue value) => new(LlvmBuilder.BuildRet(_handle, value.Handle));

    public IrValue Branch(IrBlock target) => new(LlvmBuilder.BuildBr(_handle, target.Handle));

    public IrValue Branch(IrValue condition, IrBlock then, IrBlock otherwise) =>
        new(LlvmBuilder.BuildCondBr(_handle, condition.Handle, then.Handle, otherwise.Handle));

    public IrValue Switch(IrValue value, IrBlock otherwise, int cases) =>
        new(LlvmBuilder.BuildSwitch(_handle, value.Handle, otherwise.Handle, (uint)cases));

    public static void AddCase(IrValue @switch, IrValue value, IrBlock block) =>
        LlvmBuilder.AddCase(@switch.Handle, value.Handle, block.Handle);

    public IrValue Unreachable() => new(LlvmBuilder.BuildUnreachable(_handle));

    public IrValue Add(IrValue left, IrValue right, string name = "") =>
        new(LlvmBuilder.BuildAdd(_handle, left.Handle, right.Handle, name));

    public IrValue Subtract(IrValue left, IrValue right, string name = "") =>
        new(LlvmBuilder.BuildSub(_handle, left.Handle, right.Handle, name));

    public IrValue Multiply(IrValue left, IrValue right, string name = "") =>
        new(LlvmBuilder.BuildMul(_handle, left.Handle, right.Handle, name));

    public IrValue FloatAdd(IrValue left, IrValue right) =>
        new(LlvmBuilder.BuildFAdd(_handle, left.Handle, right.Handle, ""));

    public IrValue FloatMultiply(IrValue left, IrValue right) =>
        new(LlvmBuilder.BuildFMul(_handle, left.Handle, right.Handle, ""));

    public IrValue And(IrValue left, IrValue right) =>
        new(LlvmBuilder.BuildAnd(_handle, left.Handle, right.Handle, ""));

    public IrValue CompareEqual(IrValue left, IrValue right) => Compare(IrPredicate.Equal, left, right);

    public IrValue CompareNotEqual(IrValue left, IrValue right) => Compare(IrPredicate.NotEqual, left, right);

    public IrValue Compare(IrPredicate predicate, IrValue left, IrValue right) =>
        new(LlvmBuilder.BuildICmp(_handle, (int)predicate, left.Handle, right.Handle, ""));

    public IrValue Select(IrValue condition, IrValue then, IrValue otherwise) =>
        new(LlvmBuilder.BuildSelect(_handle, condition.Handle, then.Handle, otherwise.Handle, ""));

    public IrValue Alloca(IrType type, string name = "") => new(LlvmBuilder.BuildAlloca(_handle, type.Handle, name));

    public IrValue Load(IrType type, IrValue pointer, string name = "") =>
        new(LlvmBuilder.BuildLoad2(_handle, type.Handle, pointer.Handle, name));

    public IrValue Store(IrValue value, IrValue pointer) =>
        new(LlvmBuilder.BuildStore(_handle, value.Handle, pointer.Handle));

    /// <summary>A fence that orders this thread against its own signal handlers: a compiler barrier.</summary>
    public IrValue SignalFence() => new(LlvmBuilder.BuildFence(_handle, ordering: 7, singleThread: 1, ""));

    public IrValue Offset(IrValue pointer, long bytes, string name = "")
    {
        nint offset = _module.Context.I64.Integer(unchecked((ulong)bytes)).Handle;
        return new(LlvmBuilder.BuildGEP2(_handle, _module.Context.I8.Handle, pointer.Handle, [offset], 1, name));
    }

    public IrValue Offset(IrValue pointer, IrValue bytes, string name = "") =>
        new(LlvmBuilder.BuildGEP2(_handle, _module.Context.I8.Handle, pointer.Handle, [bytes.Handle], 1, name));

    public IrValue OffsetInBounds(IrValue pointer, long bytes)
    {
        nint offset = _module.Context.I64.Integer(unchecked((ulong)bytes)).Handle;
        return new(LlvmBuilder.BuildInBoundsGEP2(_handle, _module.Context.I8.Handle, pointer.Handle, [offset], 1, ""));
    }

    public IrValue PointerToInteger(IrValue value, IrType type) =>
        new(LlvmBuilder.BuildPtrToInt(_handle, value.Handle, type.Handle, ""));

    public IrValue IntegerToPointer(IrValue value, IrType type) =>
        new(LlvmBuilder.BuildIntToPtr(_handle, value.Handle, type.Handle, ""));

    public IrValue ZeroExtend(IrValue value, IrType type) =>
        new(LlvmBuilder.BuildZExt(_handle, value.Handle, type.Handle, ""));

    public IrValue SignExtend(IrValue value, IrType type) =>
        new(LlvmBuilder.BuildSExt(_handle, value.Handle, type.Handle, ""));

    public IrValue Truncate(IrValue value, IrType type) =>
        new(LlvmBuilder.BuildTrunc(_handle, value.Handle, type.Handle, ""));

    public IrValue Phi(IrType type, string name = "") => new(LlvmBuilder.BuildPhi(_handle, type.Handle, name));

    public IrValue ExtractField(IrValue aggregate, int index) =>
        new(LlvmBuilder.BuildExtractValue(_handle, aggregate.Handle, (uint)index, ""));

    public IrValue InsertField(IrValue aggregate, IrValue element, int index) =>
        new(LlvmBuilder.BuildInsertValue(_handle, aggregate.Handle, element.Handle, (uint)index, ""));

    public IrValue Call(IrType type, IrValue function, params ReadOnlySpan<IrValue> arguments) =>
        new(LlvmBuilder.BuildCall2(
            _handle, type.Handle, function.Handle, IrContext.Handles(arguments), (uint)arguments.Length, ""));

    /// <summary>A call with one operand bundle.</summary>
    public IrValue CallWithBundle(
        IrType type, IrValue function, ReadOnlySpan<IrValue> arguments, string tag, ReadOnlySpan<IrValue> bundle)
    {
        nint handle = Values.CreateOperandBundle(
            tag, (nuint)tag.Length, IrContext.Handles(bundle), (uint)bundle.Length);
        nint call = LlvmBuilder.BuildCallWithOperandBundles(
            _handle, type.Handle, function.Handle, IrContext.Handles(arguments), (uint)arguments.Length, [handle], 1,
                "");
        Values.DisposeOperandBundle(handle);
        return new IrValue(call);
    }

    public void Dispose()
    {
        if (_handle != 0)
            LlvmBuilder.DisposeBuilder(_handle);
        _handle = 0;
    }
}

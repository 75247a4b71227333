using LlvmCore = Popcorn.Llvm.LlvmC.Core;
using Popcorn.Llvm.LlvmC;
using System.Runtime.InteropServices;

namespace Popcorn.Llvm;

/// <summary>
/// Owns everything LLVM builds for one module. Collects the error messages LLVM reports while it works. One thread at a
/// time. </summary>
public sealed class IrContext : IDisposable
{
    private readonly List<string> _errors = [];
    private GCHandle _self;

    public IrContext()
    {
        LlvmLibrary.Load();
        Handle = LlvmCore.ContextCreate();
        _self = GCHandle.Alloc(this);
        // SAFETY: the handler is a static function, and the state it gets lives until Dispose.
        unsafe
        {
            Handlers.ContextSetDiagnosticHandler(Handle, &OnDiagnostic, GCHandle.ToIntPtr(_self));
        }
    }

    public nint Handle { get; private set; }

    /// <summary>Errors since the context was made, as LLVM worded them.</summary>
    public IReadOnlyList<string> Errors => _errors;

    public IrType Void => new(LlvmCore.VoidTypeInContext(Handle));

    public IrType Pointer => new(LlvmCore.PointerTypeInContext(Handle, 0));

    public IrType I1 => Integer(1);

    public IrType I8 => Integer(8);

    public IrType I32 => Integer(32);

    public IrType I64 => Integer(64);

    public IrType Integer(uint bits) => new(LlvmCore.IntTypeInContext(Handle, bits));

    public IrType Struct(params ReadOnlySpan<IrType> fields) =>
        new(LlvmCore.StructTypeInContext(Handle, Handles(fields), (uint)fields.Length, 0));

    public static IrType Array(IrType element, ulong count) => new(LlvmCore.ArrayType2(element.Handle, count));

    public static IrType Function(IrType result, params ReadOnlySpan<IrType> parameters) =>
        new(LlvmCore.FunctionType(result.Handle, Handles(parameters), (uint)parameters.Length, 0));

    public IrValue Bytes(ReadOnlySpan<byte> bytes) =>
        new(Values.ConstStringInContext2(Handle, bytes, (nuint)bytes.Length, 1));

    public static IrValue ConstantArray(IrType element, ReadOnlySpan<IrValue> values) =>
        new(Values.ConstArray2(element.Handle, Handles(values), (ulong)values.Length));

    public IrValue ConstantStruct(params ReadOnlySpan<IrValue> values) =>
        new(Values.ConstStructInContext(Handle, Handles(values), (uint)values.Length, 0));

    /// <summary>A pointer constant for a fixed address.</summary>
    public IrValue Address(ulong address) =>
        new(Values.ConstIntToPtr(I64.Integer(address).Handle, Pointer.Handle));

    public IrAttribute EnumAttribute(string name, ulong value = 0) =>
        new(LlvmCore.CreateEnumAttribute(Handle, IrAttribute.KindOf(name), value));

    public IrAttribute TextAttribute(string key, string value = "") =>
        new(LlvmCore.CreateStringAttribute(
            Handle, key, (uint)key.Length, value, (uint)System.Text.Encoding.UTF8.GetByteCount(value)));

    /// <summary>A <c>!prof</c> node for a two-way branch.</summary>
    public IrValue BranchWeights(uint taken, uint notTaken)
    {
        const string tag = "branch_weights";
        nint[] operands =
        [
            Values.MDStringInContext2(Handle, tag, (nuint)tag.Length),
            Values.ValueAsMetadata(I32.Integer(taken).Handle),
            Values.ValueAsMetadata(I32.Integer(notTaken).Handle),
        ];
        nint node = Values.MDNodeInContext2(Handle, operands, (nuint)operands.Length);
        return new IrValue(Values.MetadataAsValue(Handle, node));
    }

    /// <summary>A <c>!llvm.loop</c> node that asks for so many rounds in one. Each is a node of its own: the first
    /// operand of such a node is itself.</summary>
    public IrValue UnrollCount(uint rounds)
    {
        const string tag = "llvm.loop.unroll.count";
        nint[] property =
        [
            Values.MDStringInContext2(Handle, tag, (nuint)tag.Length),
            Values.ValueAsMetadata(I32.Integer(rounds).Handle),
        ];
        nint[] operands = [0, Values.MDNodeInContext2(Handle, property, (nuint)property.Length)];
        nint node = Values.MDNodeInContext2(Handle, operands, (nuint)operands.Length);
        IrValue value = new(Values.MetadataAsValue(Handle, node));
        Values.ReplaceMDNodeOperandWith(value.Handle, 0, node);
        return value;
    }

    public void Dispose()
    {
        if (Handle == 0)
            return;
        LlvmCore.ContextDispose(Handle);
        Handle = 0;
        _self.Free();
    }

    internal static nint[] Handles(ReadOnlySpan<IrType> types)
    {
        nint[] handles = new nint[types.Length];
        for (int i = 0; i < types.Length; i++)
            handles[i] = types[i].Handle;
        return handles;
    }

    internal static nint[] Handles(ReadOnlySpan<IrValue> values)
    {
        nint[] handles = new nint[values.Length];
        for (int i = 0; i < values.Length; i++)
            handles[i] = values[i].Handle;
        return handles;
    }

    internal void Report(string error) => _errors.Add(error);

    [UnmanagedCallersOnly]
    private static void OnDiagnostic(nint diagnostic, nint state)
    {
        // Severity 0 is an error; warnings and remarks about our own transformations are not the user's business.
        if (LlvmCore.GetDiagInfoSeverity(diagnostic) != 0 || GCHandle.FromIntPtr(state).Target is not IrContext context)
            return;
        context.Report(LlvmText.Owned(LlvmCore.GetDiagInfoDescription(diagnostic)));
    }
}

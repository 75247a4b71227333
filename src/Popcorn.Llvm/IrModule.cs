using LlvmCore = Popcorn.Llvm.LlvmC.Core;
using Popcorn.Llvm.LlvmC;

namespace Popcorn.Llvm;

/// <summary>Owns one module. The context must outlive it.</summary>
public sealed class IrModule : IDisposable
{
    private IrModule(IrContext context, nint handle)
    {
        Context = context;
        Handle = handle;
    }

    public IrContext Context { get; }

    public nint Handle { get; private set; }

    public string Target
    {
        get => System.Runtime.InteropServices.Marshal.PtrToStringUTF8(LlvmCore.GetTarget(Handle)) ?? "";
        set => LlvmCore.SetTarget(Handle, value);
    }

    public string DataLayout
    {
        get => System.Runtime.InteropServices.Marshal.PtrToStringUTF8(LlvmCore.GetDataLayoutStr(Handle)) ?? "";
        set => LlvmCore.SetDataLayout(Handle, value);
    }

    public string InlineAsm => LlvmText.Borrowed(LlvmCore.GetModuleInlineAsm(Handle, out nuint length), length);

    public bool HasIFunc => LlvmCore.GetFirstGlobalIFunc(Handle) != 0;

    /// <summary>Parses bitcode; <see cref="LlvmException"/> when it is none.</summary>
    public static IrModule FromBitcode(IrContext context, ReadOnlySpan<byte> bitcode, string name)
    {
        ArgumentNullException.ThrowIfNull(context);
        int errorsBefore = context.Errors.Count;
        nint buffer = Tools.CreateMemoryBufferWithMemoryRangeCopy(bitcode, (nuint)bitcode.Length, name);
        int failed = Tools.ParseBitcodeInContext2(context.Handle, buffer, out nint module);
        Tools.DisposeMemoryBuffer(buffer);
        if (failed != 0)
        {
            string reason = context.Errors.Count > errorsBefore ? context.Errors[^1] : "not LLVM bitcode";
            throw new LlvmException($"{name}: {reason}");
        }
        return new IrModule(context, module);
    }

    /// <summary>Parses textual IR; <see cref="LlvmException"/> with LLVM's message when it is wrong.</summary>
    public static IrModule FromText(IrContext context, string text, string name)
    {
        ArgumentNullException.ThrowIfNull(context);
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(text);
        nint buffer = Tools.CreateMemoryBufferWithMemoryRangeCopy(bytes, (nuint)bytes.Length, name);
        if (Tools.ParseIRInContext(context.Handle, buffer, out nint module, out nint message) != 0)
            throw new LlvmException(LlvmText.Owned(message));
        return new IrModule(context, module);
    }

    public byte[] ToBitcode()
    {
        nint buffer = Tools.WriteBitcodeToMemoryBuffer(Handle);
        // SAFETY: start and size describe the buffer, which lives until it is disposed below.
        unsafe
        {
            ReadOnlySpan<byte> span = new(
                (void*)Tools.GetBufferStart(buffer), checked((int)Tools.GetBufferSize(buffer)));
            byte[] bytes = span.ToArray();
            Tools.DisposeMemoryBuffer(buffer);
            return bytes;
        }
    }

    public override string ToString() => LlvmText.Owned(LlvmCore.PrintModuleToString(Handle));

    /// <summary>LLVM's own verifier; null when the module is sound.</summary>
    public string? Verify()
    {
        const int returnStatus = 2;
        int broken = Tools.VerifyModule(Handle, returnStatus, out nint message);
        string text = LlvmText.Owned(message);
        return broken != 0 ? text : null;
    }

    /// <summary>Runs a pass pipeline in LLVM's textual form.</summary>
    public void RunPasses(string pipeline, CodeTarget? target = null)
    {
        nint options = Tools.CreatePassBuilderOptions();
        nint error = Tools.RunPasses(Handle, pipeline, target?.Handle ?? 0, options);
        Tools.DisposePassBuilderOptions(options);
        if (error == 0)
            return;
        nint message = Tools.GetErrorMessage(error);
        string text = System.Runtime.InteropServices.Marshal.PtrToStringUTF8(message) ?? "";
        Tools.DisposeErrorMessage(message);
        throw new LlvmException($"pass pipeline '{pipeline}': {text}");
    }

    /// <summary>Debug values as <c>llvm.dbg.*</c> calls, which the C API of LLVM 19 can read, and not as records, which
    /// it can't.</summary>
    public void UseDebugIntrinsics() => LlvmCore.SetIsNewDbgInfoFormat(Handle, 0);

    public void UseDebugRecords() => LlvmCore.SetIsNewDbgInfoFormat(Handle, 1);

    /// <summary>Copies of the lists, so globals may be added and deleted while walking them.</summary>
    public List<IrValue> Functions() => Walk(LlvmCore.GetFirstFunction(Handle), LlvmCore.GetNextFunction);

    public List<IrValue> Globals() => Walk(LlvmCore.GetFirstGlobal(Handle), LlvmCore.GetNextGlobal);

    public List<IrValue> Aliases() => Walk(LlvmCore.GetFirstGlobalAlias(Handle), LlvmCore.GetNextGlobalAlias);

    public IrValue FunctionNamed(string name) => new(LlvmCore.GetNamedFunction(Handle, name));

    public IrValue GlobalNamed(string name) => new(LlvmCore.GetNamedGlobal(Handle, name));

    public IrValue AddFunction(string name, IrType type) => new(LlvmCore.AddFunction(Handle, name, type.Handle));

    public IrValue AddGlobal(string name, IrType type) => new(LlvmCore.AddGlobal(Handle, type.Handle, name));

    /// <summary>The function of that name, declared if the module does not have it.</summary>
    public IrValue DeclareFunction(string name, IrType type)
    {
        IrValue function = FunctionNamed(name);
        return function.IsNone ? AddFunction(name, type) : function;
    }

    public IrValue Intrinsic(string name, params ReadOnlySpan<IrType> overloads)
    {
        uint id = LlvmCore.LookupIntrinsicID(name, (nuint)name.Length);
        Popcorn.Core.Invariant.Check(id != 0);
        return new IrValue(
            LlvmCore.GetIntrinsicDeclaration(Handle, id, IrContext.Handles(overloads), (nuint)overloads.Length));
    }

    public IrBlock AppendBlock(IrValue function, string name) =>
        new(LlvmCore.AppendBasicBlockInContext(Context.Handle, function.Handle, name));

    public IrBlock InsertBlock(IrBlock before, string name) =>
        new(LlvmCore.InsertBasicBlockInContext(Context.Handle, before.Handle, name));

    /// <summary>
    /// Moves <paramref name="at"/> and what follows it into a new block behind its own, which it leaves without a
    /// terminator. Phis of the successors then name the new block.
    /// </summary>
    public IrBlock SplitBefore(IrValue at, string name)
    {
        IrBlock head = at.Block;
        IrBlock tail = AppendBlock(head.Function, name);
        tail.MoveAfter(head);
        bool loopsToItself = head.Successors().Contains(head);
        // Replacing a block also renames it in the phis of its successors; replacing back does not, since the new block
        // has no terminator yet, and only gives the predecessors their target again.
        head.AsValue.ReplaceAllUsesWith(tail.AsValue);
        tail.AsValue.ReplaceAllUsesWith(head.AsValue);
        using IrBuilder builder = new(this);
        builder.AtEnd(tail);
        for (IrValue instruction = at; !instruction.IsNone;)
        {
            IrValue next = instruction.Next;
            instruction.Unlink();
            builder.Insert(instruction);
            instruction = next;
        }
        if (loopsToItself)
            RenameIncoming(head, head, tail, []);
        return tail;
    }

    /// <summary>A new block on all edges between two blocks. Phis named in <paramref name="except"/> keep the old name
    /// of their source: they are about to go.</summary>
    public IrBlock SplitEdge(IrBlock from, IrBlock to, IReadOnlyCollection<IrValue> except)
    {
        IrBlock edge = InsertBlock(to, "");
        using IrBuilder builder = new(this);
        builder.AtEnd(edge);
        builder.Branch(to);
        IrValue branch = from.Terminator;
        for (int i = 0; i < branch.SuccessorCount(); i++)
        {
            if (branch.Successor(i) == to)
                branch.SetSuccessor(i, edge);
        }
        RenameIncoming(to, from, edge, except);
        return edge;
    }

    /// <summary>The C API cannot change an incoming block, so the phis are built anew; several edges become
    /// one.</summary>
    private void RenameIncoming(IrBlock block, IrBlock from, IrBlock to, IReadOnlyCollection<IrValue> except)
    {
        using IrBuilder builder = new(this);
        foreach (IrValue phi in block.Instructions().TakeWhile(i => i.Opcode == IrOpcode.Phi))
        {
            if (except.Contains(phi))
                continue;
            IrValue renamed = builder.Before(phi).Phi(phi.Type);
            bool done = false;
            for (int i = 0; i < phi.IncomingCount(); i++)
            {
                IrBlock source = phi.IncomingBlock(i);
                if (source != from)
                    renamed.AddIncoming(phi.IncomingValue(i), source);
                else if (!done)
                    renamed.AddIncoming(phi.IncomingValue(i), to);
                done |= source == from;
            }
            string name = phi.Name;
            phi.ReplaceAllUsesWith(renamed);
            phi.Erase();
            renamed.Name = name;
        }
    }

    public ulong SizeOf(IrType type) => WithLayout(layout => Tools.ABISizeOfType(layout, type.Handle));

    public ulong StoreSizeOf(IrType type) => WithLayout(layout => Tools.StoreSizeOfType(layout, type.Handle));

    public uint AlignmentOf(IrType type) => WithLayout(layout => Tools.ABIAlignmentOfType(layout, type.Handle));

    public ulong OffsetOf(IrType type, uint field) =>
        WithLayout(layout => Tools.OffsetOfElement(layout, type.Handle, field));


    /// <summary>A named metadata node that is simply there or not; it survives optimisation and bitcode.</summary>
    public void SetMarker(string name)
    {
        if (Values.GetNamedMetadataNumOperands(Handle, name) != 0)
            return;
        nint node = Values.MDNodeInContext2(Context.Handle, [], 0);
        Values.AddNamedMetadataOperand(Handle, name, Values.MetadataAsValue(Context.Handle, node));
    }

    public bool HasMarker(string name) => Values.GetNamedMetadataNumOperands(Handle, name) != 0;

    /// <summary>Renames module flags; the C API cannot remove them, and a back end only heeds the names it
    /// knows.</summary>
    public void RenameFlags(Func<string, string?> rename)
    {
        ArgumentNullException.ThrowIfNull(rename);
        const string flags = "llvm.module.flags";
        nint[] nodes = new nint[Values.GetNamedMetadataNumOperands(Handle, flags)];
        if (nodes.Length == 0)
            return;
        Values.GetNamedMetadataOperands(Handle, flags, nodes);
        foreach (nint node in nodes)
        {
            nint[] operands = new nint[Values.GetMDNodeNumOperands(node)];
            Values.GetMDNodeOperands(node, operands);
            string key = LlvmText.Borrowed(Values.GetMDString(operands[1], out uint length), length);
            if (rename(key) is { } renamed)
                Values.ReplaceMDNodeOperandWith(
                    node, 1, Values.MDStringInContext2(Context.Handle, renamed, (nuint)renamed.Length));
        }
    }

    public void Dispose()
    {
        if (Handle == 0)
            return;
        LlvmCore.DisposeModule(Handle);
        Handle = 0;
        if (_layout != 0)
            Tools.DisposeTargetData(_layout);
        _layout = 0;
    }

    private nint _layout;

    private T WithLayout<T>(Func<nint, T> ask)
    {
        if (_layout == 0)
            _layout = Tools.CreateTargetData(DataLayout);
        return ask(_layout);
    }

    private static List<IrValue> Walk(nint first, Func<nint, nint> next)
    {
        List<IrValue> list = [];
        for (nint value = first; value != 0; value = next(value))
            list.Add(new IrValue(value));
        return list;
    }
}

using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>
/// Callers of a variadic function write the variable arguments into a buffer in memory, laid out as the front end's
/// <c>va_arg</c> reads it (RISC-V: 8-byte slots, 16-byte-aligned types at 16-byte offsets). So a <c>va_list</c> points
/// into common memory on every ISA. Buffer and callee are noted in two words of the thread (contracts, section 3), from
/// which the callee takes the buffer; a call by a known name passes its address too, one through a pointer the
/// arguments themselves. So calls through pointers of other types work as far as they do on one machine: a callee that
/// is not variadic finds its arguments in place, and a variadic one that is called as if it were not, which the words
/// tell, makes a buffer of the integers passed to it.
/// </summary>
internal static class LowerVariadics
{
    private const long BufferWord = -24;
    private const long CalleeWord = -32;

    // Integer arguments such a callee takes: as many as AArch64 and RISC-V pass in registers.
    private const int IntegersMax = 8;

    internal static void Run(IrModule module)
    {
        foreach (IrValue function in module.Functions())
        {
            if (function.IsIntrinsic() || !function.ValueType().IsVarArg)
                continue;
            ReplaceFunction(module, function);
        }
        foreach (IrValue function in module.Functions().Where(f => !f.IsExternal()))
            LowerCalls(module, function);
    }

    private static void ReplaceFunction(IrModule module, IrValue function)
    {
        IrType old = function.ValueType();
        IrType[] integers = [.. Enumerable.Repeat(module.Context.I64, IntegersMax)];
        IrType type = IrContext.Function(old.ReturnType, [.. old.Parameters(), .. integers]);
        string name = function.Name;
        function.Name = "";
        IrValue replacement = module.AddFunction(name, type);
        FunctionSurgery.MoveBody(function, replacement);
        function.ReplaceAllUsesWith(replacement);
        function.DeleteFunction();
        if (!replacement.IsExternal())
            LowerStarts(module, replacement);
    }

    private static void LowerStarts(IrModule module, IrValue function)
    {
        List<IrValue> starts = [.. function.Blocks().SelectMany(b => b.Instructions())
            .Where(i => Calls.IsIntrinsic(i, "llvm.va_start"))];
        if (starts.Count == 0)
            return;
        IrValue arguments = TakeBuffer(module, function);
        using IrBuilder builder = new(module);
        foreach (IrValue start in starts)
        {
            builder.Before(start).Store(arguments, start.Argument(0));
            start.Erase();
        }
    }

    /// <summary>The noted buffer when the note is for this function, else one made of the arguments that were
    /// passed. Before anything else in the function: a note is good until the next call.</summary>
    private static IrValue TakeBuffer(IrModule module, IrValue function)
    {
        IrContext context = module.Context;
        using IrBuilder builder = new(module);
        IrBlock entry = function.EntryBlock();
        IrValue made = builder.Before(entry.First).Alloca(IrContext.Array(context.I64, IntegersMax));
        made.SetAlignment(16);
        IrBlock body = module.SplitBefore(InsertPoints.FirstAfterAllocas(entry), "");
        IrBlock unnoted = module.AppendBlock(function, "");
        builder.AtEnd(entry);
        IrValue threadPointer = ThreadWords.ThreadPointer(module, builder);
        IrValue calleeWord = builder.OffsetInBounds(threadPointer, CalleeWord);
        IrValue callee = builder.Load(context.Pointer, calleeWord);
        IrValue noted = builder.Load(context.Pointer, builder.OffsetInBounds(threadPointer, BufferWord));
        builder.Store(context.Pointer.Null(), calleeWord);
        builder.Branch(builder.CompareEqual(callee, function), body, unnoted);
        builder.AtEnd(unnoted);
        int first = function.ParameterCount() - IntegersMax;
        for (int i = 0; i < IntegersMax; i++)
            builder.Store(function.Parameter(first + i), builder.OffsetInBounds(made, 8 * i));
        builder.Branch(body);
        builder.Before(body.First);
        IrValue buffer = builder.Phi(context.Pointer);
        buffer.AddIncoming(noted, entry);
        buffer.AddIncoming(made, unnoted);
        return buffer;
    }

    private static void LowerCalls(IrModule module, IrValue function)
    {
        IrContext context = module.Context;
        using IrBuilder builder = new(module);
        List<IrValue> calls = [];
        foreach (IrBlock block in function.Blocks())
        {
            foreach (IrValue i in block.Instructions())
            {
                if (Calls.IsIntrinsic(i, "llvm.va_copy"))
                {
                    builder.Before(i).Store(builder.Load(context.Pointer, i.Argument(1)), i.Argument(0));
                    i.Erase();
                }
                else if (Calls.IsIntrinsic(i, "llvm.va_end"))
                {
                    i.Erase();
                }
                else if (
                    i.Opcode == IrOpcode.Call && !i.IsInlineAsm() && i.CalledType().IsVarArg && !Calls.IsIntrinsic(i))
                {
                    calls.Add(i);
                }
            }
        }
        if (calls.Count == 0)
            return;
        // One buffer serves all calls of the function: it is dead once the callee returns.
        ulong size = calls.Max(c => Layout(module, c).Size);
        IrType slots = IrContext.Array(context.I64, size / 8);
        IrValue buffer = builder.Before(function.EntryBlock().First).Alloca(slots);
        buffer.SetAlignment(16);
        foreach (IrValue call in calls)
            LowerCall(module, builder, call, buffer);
    }

    private static (ulong[] Offsets, ulong Size) Layout(IrModule module, IrValue call)
    {
        int first = call.CalledType().Parameters().Length;
        ulong[] offsets = new ulong[call.ArgumentCount() - first];
        ulong offset = 0;
        for (int i = 0; i < offsets.Length; i++)
        {
            IrType type = call.Argument(first + i).Type;
            ulong alignment = Math.Max(8, module.AlignmentOf(type));
            offset = (offset + alignment - 1) & ~(alignment - 1);
            offsets[i] = offset;
            offset += (module.SizeOf(type) + 7) & ~7ul;
        }
        return (offsets, Math.Max(8, offset));
    }

    /// <summary>An <c>int</c> read as a <c>long</c> is what it was, as in a register (RISC-V: extended by its
    /// sign): <c>printf("%ld", 1)</c> is common, if wrong.</summary>
    private static IrValue WholeSlot(IrModule module, IrBuilder builder, IrValue argument) =>
        argument.Type is { Kind: IrTypeKind.Integer, IntegerBits: < 64 }
            ? builder.SignExtend(argument, module.Context.I64)
            : argument;

    private static void LowerCall(IrModule module, IrBuilder builder, IrValue call, IrValue buffer)
    {
        IrType old = call.CalledType();
        IrType[] fixedTypes = old.Parameters();
        (ulong[] offsets, _) = Layout(module, call);
        builder.Before(call);
        builder.SetLocation(call.DebugLocation());
        for (int i = 0; i < offsets.Length; i++)
        {
            IrValue slot = builder.OffsetInBounds(buffer, (long)offsets[i]);
            IrValue argument = WholeSlot(module, builder, call.Argument(fixedTypes.Length + i));
            builder.Store(argument, slot).SetAlignment(8);
        }
        IrValue threadPointer = ThreadWords.ThreadPointer(module, builder);
        builder.Store(buffer, builder.OffsetInBounds(threadPointer, BufferWord));
        builder.Store(call.Callee(), builder.OffsetInBounds(threadPointer, CalleeWord));
        int all = call.ArgumentCount();
        List<IrValue> arguments = [.. Enumerable.Range(0, all).Select(i => call.Argument(i))];
        bool named = Calls.CalleeName(call).Length != 0;
        if (named)
        {
            // Also without variable arguments: fcntl and open read theirs before they know whether there is one.
            arguments.RemoveRange(fixedTypes.Length, all - fixedTypes.Length);
            arguments.Add(buffer);
        }
        IrType type = IrContext.Function(old.ReturnType, [.. arguments.Select(a => a.Type)]);
        IrValue replacement = builder.Call(type, call.Callee(), [.. arguments]);
        FunctionSurgery.CopyCallAttributes(call, replacement, named ? fixedTypes.Length : all);
        call.ReplaceAllUsesWith(replacement);
        replacement.Name = call.Name;
        call.Erase();
    }
}

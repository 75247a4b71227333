using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>
/// A variadic function gets one trailing pointer; its callers write the variable arguments into a buffer in memory,
/// laid out as the front end's <c>va_arg</c> reads it (RISC-V: 8-byte slots, 16-byte-aligned types at 16-byte offsets),
/// and pass its address. So a <c>va_list</c> points into common memory on every ISA.
/// </summary>
internal static class LowerVariadics
{
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
        IrType type = IrContext.Function(old.ReturnType, [.. old.Parameters(), module.Context.Pointer]);
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
        IrValue arguments = function.Parameter(function.ParameterCount() - 1);
        using IrBuilder builder = new(module);
        foreach (IrBlock block in function.Blocks())
        {
            foreach (IrValue i in block.Instructions())
            {
                if (!Calls.IsIntrinsic(i, "llvm.va_start"))
                    continue;
                builder.Before(i).Store(arguments, i.Argument(0));
                i.Erase();
            }
        }
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
            builder.Store(call.Argument(fixedTypes.Length + i), slot).SetAlignment(8);
        }
        IrValue[] arguments = new IrValue[fixedTypes.Length + 1];
        for (int i = 0; i < fixedTypes.Length; i++)
            arguments[i] = call.Argument(i);
        // Also without variable arguments: fcntl and open read theirs before they know whether there is one.
        arguments[^1] = buffer;
        IrType type = IrContext.Function(old.ReturnType, [.. fixedTypes, module.Context.Pointer]);
        IrValue replacement = builder.Call(type, call.Callee(), arguments);
        FunctionSurgery.CopyCallAttributes(call, replacement, fixedTypes.Length);
        call.ReplaceAllUsesWith(replacement);
        replacement.Name = call.Name;
        call.Erase();
    }
}

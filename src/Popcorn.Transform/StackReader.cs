using System.Buffers.Binary;
using Popcorn.Architecture;
using Popcorn.Core;
using Popcorn.ObjectFiles.Dwarf;
using Popcorn.ObjectFiles.Elf;
using Popcorn.StateMap;

namespace Popcorn.Transform;

/// <summary>
/// Registers + stack bytes + unwind table + state map of one ISA → the ISA-neutral state of the thread. Walks in a loop
/// with one register set, so the depth of the stack costs time only.
/// </summary>
public ref struct StackReader
{
    private readonly IsaExecutable _executable;
    private readonly StackMemory _stack;
    private readonly Span<ulong> _registers;
    private ulong _pc;
    private int _frame;

    private StackReader(IsaExecutable executable, StackMemory stack, Span<ulong> registers)
    {
        _executable = executable;
        _stack = stack;
        _registers = registers;
    }

    /// <summary>
    /// Reads a parked thread's frames into <paramref name="into"/>, which is cleared first. A stack that cannot be read
    /// to its bottom is a <see cref="BadInputException"/> that names frame number, pc and nearest symbol.
    /// </summary>
    public static void Read(IsaExecutable executable, ThreadContext context, StackMemory stack, ThreadState into) =>
        Read(executable, context, stack, into, pcs: null);

    /// <param name="pcs">Gets each frame's return address, for <c>inspect</c>; null when nobody wants them.</param>
    public static void Read(
        IsaExecutable executable, ThreadContext context, StackMemory stack, ThreadState into, List<ulong>? pcs)
    {
        ArgumentNullException.ThrowIfNull(executable);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(into);
        if (executable.Isa != context.Isa)
            throw new ArgumentException(
                $"executable is for {executable.Isa}, thread for {context.Isa}", nameof(context));
        into.Clear();
        into.Kind = context.Kind;
        if (context.Kind == ParkKind.SystemCall)
        {
            into.SystemCallNumber = context.SystemCallNumber;
            context.SystemCallArguments.Span.CopyTo(into.SystemCallArguments);
        }
        Span<ulong> registers = stackalloc ulong[RegisterFile.SlotCount];
        context.Registers.Span.CopyTo(registers);
        registers[executable.Profile.Registers.StackPointer] = context.StackPointer;
        StackReader reader = new(executable, stack, registers);
        reader.Walk(context, into, pcs);
    }

    private void Walk(ThreadContext context, ThreadState into, List<ulong>? pcs)
    {
        _pc = context.Pc;
        while (_pc != _executable.BottomAddress)
        {
            if (_frame == ThreadState.FramesMax)
                throw Bad($"stack is deeper than {ThreadState.FramesMax} frames");
            if (!_executable.TryFindRecipe(_pc, out FrameRecipe? recipe, out string reason))
                throw Bad(reason);
            if (_frame == 0)
                CheckInnermost(context, recipe!);
            pcs?.Add(_pc);
            ReadValues(recipe!, into);
            Leave(recipe!);
            _frame++;
        }
        if (_frame == 0)
            throw Bad("the thread has no frame of the program");
    }

    /// <summary>The innermost site must be what the thread says it parked in, or the record would resume something
    /// else.</summary>
    private readonly void CheckInnermost(ThreadContext context, FrameRecipe recipe)
    {
        bool isPoint = recipe.SiteKind == SiteKind.Point;
        if (isPoint != (context.Kind == ParkKind.Point))
            throw Bad($"site is a {recipe.SiteKind}, but the thread is parked in a {context.Kind}");
    }

    private readonly void ReadValues(FrameRecipe recipe, ThreadState into)
    {
        into.AddFrame(recipe.Point.FunctionIndex, recipe.Point.SiteIndex, recipe.Types.Length);
        for (int i = 0; i < recipe.Types.Length; i++)
        {
            (LocationKind kind, int slot, long operand) = recipe.Locations[i];
            if (slot < 0)
                throw Bad($"live value {i} is in a register that does not exist");
            LiveValueType type = recipe.Types[i];
            UInt128 bits = kind switch
            {
                LocationKind.Constant => (UInt128)(Int128)operand,
                LocationKind.Register => _registers[slot],
                _ => ReadMemory(_registers[slot] + (ulong)operand, type.SizeBytes, i),
            };
            into.AddValue(type.Mask(bits));
        }
    }

    private readonly UInt128 ReadMemory(ulong address, int count, int value)
    {
        if (!_stack.TryRead(address, count, out ReadOnlySpan<byte> bytes))
            throw Bad($"live value {value} is at 0x{address:x}, outside the stack");
        switch (count)
        {
            case 8:
                return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            case 4:
                return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            case 16:
                return BinaryPrimitives.ReadUInt128LittleEndian(bytes);
            default:
                Span<byte> padded = stackalloc byte[LiveValueType.BytesMax];
                padded.Clear();
                bytes.CopyTo(padded);
                return BinaryPrimitives.ReadUInt128LittleEndian(padded);
        }
    }

    /// <summary>Puts the caller's registers into the register set.</summary>
    private void Leave(FrameRecipe recipe)
    {
        int stackPointer = _executable.Profile.Registers.StackPointer;
        ulong cfa = ComputeCfa(recipe);
        // A frame that made a call has pushed or saved its return address, so its CFA lies above its stack pointer.
        // This also makes a cycle impossible.
        if (cfa <= _registers[stackPointer] || cfa > _stack.HighAddress)
        {
            throw Bad(
                $"frame ends at 0x{cfa:x}, which is not between its stack pointer 0x{_registers[stackPointer]:x} "
                + $"and the end of the stack 0x{_stack.HighAddress:x}");
        }
        if (recipe.OtherRules.Length > 0)
            ApplyOtherRules(recipe, cfa);
        foreach ((int slot, long offset) in recipe.Saved)
        {
            if (!_stack.TryReadU64(cfa + (ulong)offset, out _registers[slot]))
                throw Bad($"saved register is at 0x{cfa + (ulong)offset:x}, outside the stack");
        }
        if (recipe.ReturnAddressSlot < 0)
            throw Bad("the unwind table names a return address register that does not exist");
        _pc = _registers[recipe.ReturnAddressSlot];
        _registers[stackPointer] = cfa;
    }

    private readonly ulong ComputeCfa(FrameRecipe recipe)
    {
        if (recipe.CfaSlot >= 0)
            return _registers[recipe.CfaSlot] + (ulong)recipe.Row.CfaOffset;
        if (recipe.Row.CfaExpression.IsEmpty)
            throw Bad("the unwind table names a CFA register that does not exist");
        return Evaluate(recipe.Row.CfaExpression, initial: null);
    }

    private readonly void ApplyOtherRules(FrameRecipe recipe, ulong cfa)
    {
        RegisterFile file = _executable.Profile.Registers;
        Span<ulong> callee = stackalloc ulong[RegisterFile.SlotCount];
        _registers.CopyTo(callee);
        foreach (UnwindRule rule in recipe.OtherRules)
        {
            ulong value;
            switch (rule.Kind)
            {
                case UnwindRuleKind.IsOffset:
                    value = cfa + (ulong)rule.Operand;
                    break;
                case UnwindRuleKind.InRegister:
                    int from = file.SlotOf((int)rule.Operand);
                    value = from >= 0 ? callee[from] : throw Bad($"register {rule.Operand} does not exist");
                    break;
                case UnwindRuleKind.IsExpression:
                    value = Evaluate(rule.Expression, cfa);
                    break;
                case UnwindRuleKind.AtExpression:
                    ulong address = Evaluate(rule.Expression, cfa);
                    if (!_stack.TryReadU64(address, out value))
                        throw Bad($"saved register is at 0x{address:x}, outside the stack");
                    break;
                default:
                    // Undefined: nothing the program will read.
                    value = 0;
                    break;
            }
            callee[file.SlotOf(rule.Register)] = value;
        }
        callee.CopyTo(_registers);
    }

    private readonly ulong Evaluate(ReadOnlyMemory<byte> expression, ulong? initial)
    {
        try
        {
            return ExpressionEvaluator.Evaluate(
                expression.Span, _executable.Profile.Registers, _registers, _stack, initial);
        }
        catch (BadInputException refusal)
        {
            throw Bad(refusal.Message);
        }
    }

    private readonly BadInputException Bad(string sentence)
    {
        ElfFile elf = _executable.Elf;
        return new($"stack of {elf.Where}, frame {_frame}, pc {elf.Symbols.Describe(_pc)}: {sentence}");
    }
}

using Popcorn.Architecture;
using Popcorn.Core;
using static Popcorn.ObjectFiles.Dwarf.DwarfConstants;

namespace Popcorn.Transform;

/// <summary>
/// The few DWARF operations compilers use in unwind tables: register + offset, dereference, small arithmetic. No loops
/// exist in this subset, so evaluation ends with the bytes.
/// </summary>
internal static class ExpressionEvaluator
{
    /// <summary>Arbitrary: compilers need two or three.</summary>
    private const int DepthMax = 16;

    internal static ulong Evaluate(
        ReadOnlySpan<byte> expression, RegisterFile file, ReadOnlySpan<ulong> registers, StackMemory stack,
        ulong? initial)
    {
        Span<ulong> values = stackalloc ulong[DepthMax];
        int depth = 0;
        if (initial is ulong first)
            values[depth++] = first;
        FieldReader reader = new(expression, "unwind expression");
        while (reader.Remaining > 0)
        {
            int at = reader.Offset;
            byte operation = reader.U8();
            if (operation is DW_OP_and or DW_OP_plus or DW_OP_minus)
            {
                if (depth < 2)
                    throw new BadInputException(reader.Where, at, "operation needs two values");
                ulong right = values[--depth];
                ulong left = values[depth - 1];
                values[depth - 1] = operation switch
                {
                    DW_OP_and => left & right,
                    DW_OP_plus => left + right,
                    _ => left - right,
                };
            }
            else if (operation is DW_OP_deref or DW_OP_plus_uconst)
            {
                if (depth < 1)
                    throw new BadInputException(reader.Where, at, "operation needs a value");
                ulong value = values[depth - 1];
                if (operation == DW_OP_plus_uconst)
                    value += reader.Uleb128();
                else if (!stack.TryReadU64(value, out value))
                    throw new BadInputException(
                        reader.Where, at, $"address 0x{values[depth - 1]:x} is not on the stack");
                values[depth - 1] = value;
            }
            else
            {
                if (depth == DepthMax)
                    throw new BadInputException(reader.Where, at, $"more than {DepthMax} values");
                values[depth++] = Push(operation, ref reader, file, registers);
            }
        }
        return depth > 0
            ? values[depth - 1]
            : throw new BadInputException(reader.Where, reader.Offset, "expression has no value");
    }

    private static ulong Push(byte operation, ref FieldReader reader, RegisterFile file, ReadOnlySpan<ulong> registers)
    {
        switch (operation)
        {
            case >= DW_OP_lit0 and <= DW_OP_lit31:
                return (ulong)(operation - DW_OP_lit0);
            case >= DW_OP_breg0 and <= DW_OP_breg31:
                return Register(operation - DW_OP_breg0, ref reader, file, registers);
            case DW_OP_bregx:
                return Register((int)Math.Min(reader.Uleb128(), int.MaxValue), ref reader, file, registers);
            case DW_OP_const1u:
                return reader.U8();
            case DW_OP_const1s:
                return (ulong)(sbyte)reader.U8();
            case DW_OP_const2u:
                return reader.U16();
            case DW_OP_const2s:
                return (ulong)(short)reader.U16();
            case DW_OP_const4u:
                return reader.U32();
            case DW_OP_const4s:
                return (ulong)reader.I32();
            case DW_OP_constu:
                return reader.Uleb128();
            case DW_OP_consts:
                return (ulong)reader.Sleb128();
            default:
                throw new BadInputException(
                    reader.Where, reader.Offset - 1, $"operation 0x{operation:x2} is not supported");
        }
    }

    private static ulong Register(int number, ref FieldReader reader, RegisterFile file, ReadOnlySpan<ulong> registers)
    {
        int slot = file.SlotOf(number);
        if (slot < 0)
            throw new BadInputException(reader.Where, reader.Offset, $"register {number} does not exist");
        return registers[slot] + (ulong)reader.Sleb128();
    }
}

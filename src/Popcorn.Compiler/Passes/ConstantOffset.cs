using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>The byte offset of a <c>getelementptr</c> whose indices are all constants.</summary>
internal static class ConstantOffset
{
    /// <summary>Null when an index is not constant or the type is not one whose layout is walked here.</summary>
    internal static long? Of(IrModule module, IrValue gep)
    {
        IrType type = gep.GepSourceType();
        long offset = 0;
        for (int i = 1; i < gep.OperandCount; i++)
        {
            IrValue index = gep.Operand(i);
            if (index.Kind != IrValueKind.ConstantInt)
                return null;
            if (i == 1)
            {
                offset += index.SignedConstant * (long)module.SizeOf(type);
                continue;
            }
            switch (type.Kind)
            {
                case IrTypeKind.Struct:
                    offset += (long)module.OffsetOf(type, (uint)index.IntegerConstant);
                    type = type.StructField((uint)index.IntegerConstant);
                    break;
                case IrTypeKind.Array:
                    type = type.Element;
                    offset += index.SignedConstant * (long)module.SizeOf(type);
                    break;
                default:
                    return null;
            }
        }
        return offset;
    }
}

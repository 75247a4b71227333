using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>A <c>setjmp</c> call and the word that says whether it armed a buffer.</summary>
internal sealed record ArmedSetjmp(IrValue Call, IrValue Word);

/// <summary>
/// Gives each <c>setjmp</c> call a word on the data stack that holds the buffer it armed, null before. After a move the
/// resume clone arms the same buffers again with the new machine's registers (contracts, section 5).
/// </summary>
internal static class ArmSetjmps
{
    internal static List<ArmedSetjmp> Run(IrModule module, IrValue function)
    {
        IrContext context = module.Context;
        List<ArmedSetjmp> armed = [];
        using IrBuilder builder = new(module);
        foreach (IrBlock block in function.Blocks())
        {
            foreach (IrValue call in block.Instructions().Where(Calls.IsSetjmp))
            {
                IrValue word = builder.Before(function.EntryBlock().First).Alloca(context.Pointer);
                builder.Before(InsertPoints.FirstAfterAllocas(function.EntryBlock())).Store(
                    context.Pointer.Null(), word);
                builder.Before(call).Store(call.Argument(0), word);
                armed.Add(new ArmedSetjmp(call, word));
            }
        }
        return armed;
    }
}

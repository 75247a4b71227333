using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>
/// What <c>__builtin_frame_address</c> and <c>__builtin_return_address</c> mean in a program that moves: the frame's
/// address is the data-stack pointer, which is the same on every ISA and compares with the addresses of locals; a
/// return address is null, as C compilers answer where they cannot know, since code lies elsewhere on each ISA. Runs
/// on portable IR.
/// </summary>
internal static class AnswerStackQueries
{
    internal static void Run(IrModule module)
    {
        foreach (IrValue function in module.Functions().Where(f => f.IsIntrinsic()))
        {
            bool frame = function.Name.StartsWith("llvm.frameaddress", StringComparison.Ordinal);
            if (!frame && function.Name != "llvm.returnaddress")
                continue;
            foreach (IrValue call in function.Users())
                Answer(module, call, ownFrame: frame && call.Argument(0).IntegerConstant == 0);
        }
    }

    private static void Answer(IrModule module, IrValue call, bool ownFrame)
    {
        IrValue answer = module.Context.Pointer.Null();
        if (ownFrame)
        {
            using IrBuilder builder = new(module);
            builder.Before(call);
            builder.SetLocation(call.DebugLocation());
            answer = builder.Load(module.Context.Pointer, ThreadWords.DataStackPointer(module, builder));
            // The pointer changes, by allocas, without LLVM knowing.
            answer.SetVolatile();
        }
        call.ReplaceAllUsesWith(answer);
        call.Erase();
    }
}

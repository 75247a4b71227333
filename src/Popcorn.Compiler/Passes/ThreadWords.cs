using Popcorn.Architecture;
using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>Addresses of what each thread has for itself.</summary>
internal static class ThreadWords
{
    internal static IrValue ThreadPointer(IrModule module, IrBuilder builder) => builder.Call(
        IrContext.Function(module.Context.Pointer), module.Intrinsic("llvm.thread.pointer"));

    /// <summary>The word that holds the data-stack pointer.</summary>
    internal static IrValue DataStackPointer(IrModule module, IrBuilder builder) =>
        builder.OffsetInBounds(ThreadPointer(module, builder), ThreadLayout.DataStackPointer);
}

using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>
/// <c>llvm.fmuladd</c> (contraction the front end permits) becomes a multiplication and an addition: fused on one ISA
/// and not on another, it would round differently before and after a move. <c>llvm.fma</c>, which the program asked
/// for, stays. </summary>
internal static class SplitMultiplyAdd
{
    internal static void Run(IrModule module)
    {
        using IrBuilder builder = new(module);
        foreach (IrValue function in module.Functions())
        {
            if (!function.IsIntrinsic() || !function.Name.StartsWith("llvm.fmuladd", StringComparison.Ordinal))
                continue;
            foreach (IrValue call in function.Users())
            {
                builder.Before(call);
                builder.SetLocation(call.DebugLocation());
                IrValue product = builder.FloatMultiply(call.Argument(0), call.Argument(1));
                IrValue sum = builder.FloatAdd(product, call.Argument(2));
                call.ReplaceAllUsesWith(sum);
                call.Erase();
            }
        }
    }
}

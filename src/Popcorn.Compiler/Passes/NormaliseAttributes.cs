using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>
/// Takes the front end's ISA out of a module: CPU attributes and module flags that make other back ends abort, calling
/// conventions and argument attributes that mean different things on each.
/// </summary>
internal static class NormaliseAttributes
{
    private static readonly string[] _cpuAttributes = ["target-cpu", "target-features", "tune-cpu", "target-abi"];

    private static readonly string[] _argumentAttributes = ["sret", "byval", "inreg", "nest", "inalloca",
        "preallocated"];

    private static readonly HashSet<string> _foreignFlags =
        ["target-abi", "SmallDataLimit", "riscv-isa", "PIC Level", "PIE Level", "Code Model", "cf-protection-branch",
            "cf-protection-return", "branch-target-enforcement", "sign-return-address"];

    internal static void Run(IrModule module)
    {
        // The flag keeps its value under a name no back end looks for.
        module.RenameFlags(key => _foreignFlags.Contains(key) ? "pop.was." + key : null);
        foreach (IrValue function in module.Functions())
        {
            foreach (string key in _cpuAttributes)
                function.RemoveTextAttribute(IrCall.FunctionIndex, key);
            if (function.IsIntrinsic())
                continue;
            function.SetFunctionConvention(0);
            for (uint index = 0; index <= function.ParameterCount(); index++)
            {
                foreach (string attribute in _argumentAttributes)
                    function.RemoveAttribute(index, attribute);
            }
            foreach (IrBlock block in function.Blocks())
            {
                for (IrValue i = block.First; !i.IsNone; i = i.Next)
                {
                    if (i.Opcode == IrOpcode.Call && !Calls.IsIntrinsic(i))
                        NormaliseCall(i);
                }
            }
        }
    }

    private static void NormaliseCall(IrValue call)
    {
        call.SetCallConvention(0);
        uint arguments = (uint)call.ArgumentCount();
        for (uint index = 0; index <= arguments; index++)
        {
            foreach (string attribute in _argumentAttributes)
                call.RemoveCallAttribute(index, attribute);
        }
    }
}

using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>
/// Thread-local variables become offsets from the thread pointer into one block whose layout the linker script fixes
/// (contracts, section 3): no ELF TLS, whose layout differs per ISA. The initial image goes to <c>.pop.tls.NAME</c>.
/// </summary>
internal static class LowerThreadLocals
{
    private const long TemplateAddress = 0x300000;
    private const long BlockOffset = 512;

    internal const string SectionPrefix = ".pop.tls.";

    internal static void Run(IrModule module)
    {
        foreach (IrValue variable in module.Globals().Where(g => g.IsThreadLocal()))
        {
            foreach (IrValue user in variable.DistinctUsers())
                Rewrite(module, variable, user);
            variable.ClearThreadLocal();
            if (!variable.IsExternal())
                variable.SetSection(SectionPrefix + variable.Name);
        }
    }

    private static void Rewrite(IrModule module, IrValue variable, IrValue user)
    {
        using IrBuilder builder = new(module);
        if (Calls.IsIntrinsic(user, "llvm.threadlocal.address"))
        {
            user.ReplaceAllUsesWith(Address(module, builder.Before(user), variable));
            user.Erase();
            return;
        }
        if (!user.IsInstruction)
            throw new LlvmException($"the address of thread-local '{variable.Name}' is used in a constant");
        OperandRewriter.Replace(module, user, variable, b => Address(module, b, variable));
    }

    private static IrValue Address(IrModule module, IrBuilder builder, IrValue variable)
    {
        IrContext context = module.Context;
        IrValue threadPointer = ThreadWords.ThreadPointer(module, builder);
        IrValue template = builder.PointerToInteger(variable, context.I64);
        IrValue offset = builder.Subtract(template, context.I64.Integer(TemplateAddress - BlockOffset));
        return builder.Offset(threadPointer, offset);
    }
}

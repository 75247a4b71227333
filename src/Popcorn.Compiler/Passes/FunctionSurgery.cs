using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>Operations the C API lacks: a function under a new type, calls rebuilt with their attributes.</summary>
internal static class FunctionSurgery
{
    /// <summary>Moves body, linkage and attributes to a function whose parameters begin with the same types.</summary>
    internal static void MoveBody(IrValue from, IrValue to)
    {
        to.SetLinkage(from.Linkage());
        if (from.Section().Length != 0)
            to.SetSection(from.Section());
        to.SetAlignment(from.Alignment());
        CopyAttributes(from, to, IrCall.FunctionIndex);
        int parameters = from.ParameterCount();
        for (int index = 0; index <= parameters; index++)
            CopyAttributes(from, to, (uint)index);
        nint subprogram = from.Subprogram();
        if (subprogram != 0)
        {
            from.SetSubprogram(0);
            to.SetSubprogram(subprogram);
        }
        for (int i = 0; i < parameters; i++)
        {
            string name = from.Parameter(i).Name;
            from.Parameter(i).ReplaceAllUsesWith(to.Parameter(i));
            to.Parameter(i).Name = name;
        }
        foreach (IrBlock block in from.Blocks())
        {
            block.RemoveFromFunction();
            block.AppendTo(to);
        }
    }

    internal static void CopyCallAttributes(IrValue from, IrValue to, int arguments)
    {
        for (int index = 0; index <= arguments; index++)
            CopyCallAttributesAt(from, to, (uint)index);
        CopyCallAttributesAt(from, to, IrCall.FunctionIndex);
        to.SetCallConvention(from.CallConvention());
    }

    internal static void CopyCallAttributesAt(IrValue from, IrValue to, uint index)
    {
        foreach (IrAttribute attribute in from.CallAttributes(index))
            to.AddCallAttribute(index, attribute);
    }

    private static void CopyAttributes(IrValue from, IrValue to, uint index)
    {
        foreach (IrAttribute attribute in from.Attributes(index))
            to.AddAttribute(index, attribute);
    }
}

using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>
/// An address at a constant offset from another value, live at some site, is computed beside each use instead: it folds
/// into the addressing mode there, and the site records one base and not several addresses off it (the optimiser hoists
/// them all to the function's entry). Only functions with sites; runs before values are counted for demotion.
/// </summary>
internal static class SinkAddresses
{
    internal static void Run(IrModule module, IrValue function, ModuleFacts facts)
    {
        HashSet<IrValue> sites = facts.Sites(function);
        LiveValues live = new(function);
        HashSet<int> crossing = [];
        foreach (IrBlock block in live.Graph.Blocks)
        {
            foreach (int[] values in live.LiveAfter(block, sites).Values)
                crossing.UnionWith(values);
        }
        List<IrValue> addresses = [];
        foreach (int value in crossing.Order())
        {
            IrValue address = live.Values[value];
            if (address.Opcode == IrOpcode.GetElementPtr && ConstantOffset.Of(module, address) is not null)
                addresses.Add(address);
        }
        foreach (IrValue address in addresses)
            Sink(module, address);
        // Deepest last: an address that others were computed from has lost those users now.
        for (int i = addresses.Count - 1; i >= 0; i--)
        {
            if (!addresses[i].HasUses)
                addresses[i].Erase();
        }
    }

    private static void Sink(IrModule module, IrValue address)
    {
        IrValue root = address;
        long offset = 0;
        while (root.Opcode == IrOpcode.GetElementPtr && ConstantOffset.Of(module, root) is { } more)
        {
            offset += more;
            root = root.Operand(0);
        }
        if (!root.Type.IsPointer)
            return;
        foreach (IrValue user in address.DistinctUsers())
            OperandRewriter.Replace(module, user, address, b => b.Offset(root, offset));
    }
}

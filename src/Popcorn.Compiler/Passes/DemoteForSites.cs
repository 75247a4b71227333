using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>
/// Moves values to the data stack that must not or need not be in a site's record: types a record cannot hold; everything live
/// behind a <c>setjmp</c> (contracts, section 5). Runs before <see cref="LowerDataStack"/>, which places the slots.
/// </summary>
internal static class DemoteForSites
{
    internal static void Run(IrModule module, IrValue function, ModuleFacts facts)
    {
        HashSet<IrValue> sites = [];
        HashSet<IrValue> setjmps = [];
        foreach (IrBlock block in function.Blocks())
        {
            for (IrValue i = block.First; !i.IsNone; i = i.Next)
            {
                if (facts.IsSite(i))
                    sites.Add(i);
                if (Calls.IsSetjmp(i))
                    setjmps.Add(i);
            }
        }
        if (sites.Count == 0)
            return;
        LiveValues live = new(function);
        SortedSet<int> demoted = [];
        foreach (IrBlock block in live.Graph.Blocks)
        {
            foreach ((IrValue call, int[] values) in live.LiveAfter(block, sites))
            {
                foreach (int value in values)
                {
                    if (RecordedType.Of(live.Values[value].Type) == RecordedType.None)
                        demoted.Add(value);
                }
                // The call's own result is loaded into the resume clone from the next frame, never from a record.
            }
            foreach (int[] values in live.LiveAfter(block, setjmps).Values)
                demoted.UnionWith(values);
        }
        foreach (int value in demoted)
            DemoteValue.ToNewSlot(module, function, live.Values[value]);
    }
}

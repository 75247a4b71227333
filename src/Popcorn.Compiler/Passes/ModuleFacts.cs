using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>The whole-program facts as one module's passes ask for them.</summary>
internal sealed class ModuleFacts(ParkAnalysis park, ModuleSummary summary, bool insertPoints)
{
    private readonly ParkAnalysis _park = park;
    private readonly ModuleSummary _summary = summary;

    internal bool InsertsPoints { get; } = insertPoints && summary.Points;

    internal bool NeedsEntryPoint(IrValue function) => _park.NeedsEntryPoint(_summary, function.Name);

    internal (ulong Size, uint Alignment) CommonExtent(string symbol) => _park.CommonExtent(symbol);

    /// <summary>Whether the call is a site: it may park, and its frame is still there when it does.</summary>
    internal bool IsSite(IrValue instruction) => !Calls.IsTail(instruction) && MayPark(instruction);

    /// <summary>
    /// Whether the call may park and is a guaranteed tail call: its frame is gone then, but where a resume function
    /// makes it, whose frame cannot be given up.
    /// </summary>
    internal bool IsTailSite(IrValue instruction) => Calls.IsTail(instruction) && MayPark(instruction);

    /// <summary>The sites of a function as it is now.</summary>
    internal HashSet<IrValue> Sites(IrValue function)
    {
        HashSet<IrValue> sites = [];
        foreach (IrBlock block in function.Blocks())
        {
            for (IrValue i = block.First; !i.IsNone; i = i.Next)
            {
                if (IsSite(i))
                    sites.Add(i);
            }
        }
        return sites;
    }

    private bool MayPark(IrValue instruction)
    {
        if (instruction.Opcode != IrOpcode.Call || instruction.IsInlineAsm() || Calls.IsIntrinsic(instruction))
            return false;
        string callee = Calls.CalleeName(instruction);
        if (callee.Length == 0)
            return _park.IndirectMayPark;
        return callee == RuntimeFunctions.Park || _park.MayPark(_summary, callee);
    }
}

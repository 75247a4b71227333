using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>
/// Puts migration points into loops (<see cref="PointPlan"/>) and at the entries recursion needs. Runs first, on
/// the portable IR as it was summarised. Afterwards a point is ordinary code: a load of the flag, a branch, a cold
/// call. </summary>
internal static class InsertPoints
{
    // The control region starts with the flag (contracts, sections 1 and 7).
    private const ulong FlagAddress = 0x200000;

    internal static void Run(IrModule module, ModuleFacts facts)
    {
        if (!facts.InsertsPoints)
            return;
        IrValue park = DeclarePark(module);
        foreach (IrValue function in module.Functions())
        {
            if (function.IsExternal())
                continue;
            PointPlan plan = PointPlan.For(module, function);
            if (facts.NeedsEntryPoint(function))
                Insert(module, park, FirstAfterAllocas(function.EntryBlock()));
            // Chunks first: a point at a header splits the block that the loop was found by.
            foreach (ChunkedLoop loop in plan.Chunked)
                Insert(module, park, SplitIntoChunks.Run(module, loop));
            // All places before the first change: one splits the block that another was found by.
            foreach (IrValue place in plan.Polled.Select(PlaceOf).ToList())
                Insert(module, park, place);
        }
    }

    /// <summary>Static allocas must stay in the entry block.</summary>
    internal static IrValue FirstAfterAllocas(IrBlock entry)
    {
        IrValue at = entry.FirstNonPhi;
        while (at.Opcode == IrOpcode.Alloca)
            at = at.Next;
        return at;
    }

    /// <summary>The instruction before which the loop's point belongs: with the test of the loop's end it would be
    /// between a comparison and its branch.</summary>
    private static IrValue PlaceOf(PolledLoop loop)
    {
        if (!loop.PollsAtEnd)
            return loop.Header.FirstNonPhi;
        IrValue branch = loop.Latch.Terminator;
        if (branch.Opcode != IrOpcode.Br || branch.SuccessorCount() != 2)
            return branch;
        IrValue test = branch.Operand(0);
        bool movable = test.Opcode is IrOpcode.ICmp or IrOpcode.FCmp && test.Block == loop.Latch
            && test.Users().Count == 1;
        return movable ? test : branch;
    }

    private static IrValue DeclarePark(IrModule module)
    {
        IrContext context = module.Context;
        IrValue park = module.DeclareFunction(RuntimeFunctions.Park, IrContext.Function(context.Void));
        park.AddAttribute(IrCall.FunctionIndex, context.EnumAttribute("cold"));
        park.AddAttribute(IrCall.FunctionIndex, context.EnumAttribute("nounwind"));
        return park;
    }

    private static void Insert(IrModule module, IrValue park, IrValue at)
    {
        IrContext context = module.Context;
        IrValue function = at.Block.Function;
        IrBlock head = at.Block;
        nint location = at.DebugLocation();
        IrBlock tail = module.SplitBefore(at, "");
        IrBlock cold = module.AppendBlock(function, "");
        using IrBuilder builder = new(module);
        builder.AtEnd(head);
        builder.SetLocation(location);
        IrValue flag = builder.Load(context.I32, context.Address(FlagAddress));
        flag.SetVolatile();
        IrValue raised = builder.CompareNotEqual(flag, context.I32.Integer(0));
        IrValue branch = builder.Branch(raised, cold, tail);
        branch.SetMetadata("prof", context.BranchWeights(1, 100000));
        builder.AtEnd(cold);
        builder.SetLocation(location);
        builder.Call(IrContext.Function(context.Void), park);
        builder.Branch(tail);
    }
}

using Popcorn.Compiler.Passes;
using Popcorn.Llvm;

namespace Popcorn.Compiler;

/// <summary>The pass list between portable IR and the back ends, in its one order.</summary>
internal sealed class Instrumentation(IrModule module, ModuleFacts facts, CodegenOptions options)
{
    private readonly List<ResumableFunction> _resumable = [];

    /// <summary>Names of the passes, for <c>--emit=ir-after:PASS</c>.</summary>
    internal static IReadOnlyList<string> PassNames { get; } =
        ["load", "points", "variadics", "computed-goto", "thread-locals", "sites", "place-globals",
            "statepoints"];

    internal void Run()
    {
        After("load");
        // Before anything else changes the control flow: the summary was made from the same blocks.
        InsertPoints.Run(module, facts);
        After("points");
        // New call sites' buffers are allocas, which the data stack takes.
        LowerVariadics.Run(module);
        After("variadics");
        // Before cloning: a blockaddress names a block of one function.
        LowerComputedGoto.Run(module);
        After("computed-goto");
        LowerThreadLocals.Run(module);
        After("thread-locals");
        foreach (IrValue function in module.Functions().Where(f => !f.IsExternal()))
            LowerFunction(function);
        After("sites");
        PlaceGlobals.Run(module, facts, _resumable.Select(r => r.Resume).ToHashSet());
        DescribeSites.Run(module, _resumable);
        After("place-globals");
        if (_resumable.Count != 0)
            module.RunPasses("function(mem2reg),rewrite-statepoints-for-gc");
        After("statepoints");
    }

    private void LowerFunction(IrValue function)
    {
        bool hasSites = facts.Sites(function).Count != 0;
        bool records = hasSites && options.RecordSites;
        ArmedSetjmps armed = ArmedSetjmps.None;
        IReadOnlyDictionary<IrValue, IReadOnlyList<PointValue>> saved = SaveAtPoints.Nothing;
        if (records)
        {
            armed = ArmSetjmps.Run(module, function);
            SinkAddresses.Run(module, function, facts);
            DemoteForSites.Run(module, function, facts, options.LiveValuesMax);
            // What is in memory by now need not be saved.
            saved = SaveAtPoints.Run(module, function);
        }
        // What was demoted above lies on the data stack too.
        DataStackFrame frame = LowerDataStack.Run(module, function, hasSites);
        if (!records)
            return;
        bool jumps = armed.Calls.Count != 0;
        List<Site> sites = RecordSites.Run(module, function, facts, jumps ? frame.Base : default, saved);
        JumpTargets targets = new(armed.Calls, frame.Base, jumps ? frame.Offsets[armed.Record] : 0);
        IrValue resume = BuildResumeFunctions.Run(module, function, sites, targets);
        _resumable.Add(new ResumableFunction(function, resume, sites));
    }

    private void After(string pass)
    {
        if (options.EmitAfterPass == pass && options.EmitPath is { } path)
            File.WriteAllText(path, module.ToString());
        if (options.VerifyEachPass && module.Verify() is { } broken)
            throw new LlvmException($"after pass {pass}: {broken}");
    }
}

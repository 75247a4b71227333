using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>What kind of call a site is; the numbers are those of <c>.pop.sites</c>.</summary>
internal enum SiteKind : byte
{
    Call = 0,
    Point = 1,
    Syscall = 2,
}

/// <summary>One site of a function: the call, with its bundle, and the values in it.</summary>
/// <param name="Saved">What a point's code keeps itself, in the order it does so.</param>
internal sealed record Site(
    IrValue Call, SiteKind Kind, string Callee, IReadOnlyList<IrValue> Live, IReadOnlyList<string> Names,
    IReadOnlyList<PointValue> Saved);

/// <summary>
/// Every call that may park gets a <c>"deopt"</c> bundle with all values live after it and its number within the
/// function as <c>"statepoint-id"</c>; all other calls are marked leaves. LLVM's <c>rewrite-statepoints-for-gc</c> does
/// the rest. Runs last on the hot code: whatever changes live ranges must be before. A guaranteed tail call stays one
/// and gets a number for the resume function, which has to come back from it.
/// </summary>
internal static class RecordSites
{
    private const string Leaf = "gc-leaf-function";
    private const ulong AsyncUnwindTable = 2;

    // LLVM moves a call's attributes to the statepoint made of it, which parks and whose arguments are numbered
    // otherwise.
    private static readonly string[] _untrueOfStatepoint = ["memory", "allocsize", "allockind"];

    /// <param name="saved">What each point keeps itself, by its call.</param>
    internal static List<Site> Run(
        IrModule module, IrValue function, ModuleFacts facts, IrValue alwaysLive,
        IReadOnlyDictionary<IrValue, IReadOnlyList<PointValue>> saved)
    {
        LiveValues live = new(function);
        List<(IrValue Call, IrValue[] Live)> plans = [];
        List<IrValue> tails = [];
        HashSet<IrValue> calls = facts.Sites(function);
        foreach (IrBlock block in live.Graph.Blocks)
        {
            Dictionary<IrValue, int[]> after = live.LiveAfter(block, calls);
            for (IrValue i = block.First; !i.IsNone; i = i.Next)
            {
                if (after.TryGetValue(i, out int[]? values))
                    plans.Add((i, WithBase(values.Select(v => live.Values[v]), alwaysLive)));
                else if (i.Opcode == IrOpcode.Call && !Calls.IsIntrinsic(i))
                    i.AddCallAttribute(IrCall.FunctionIndex, module.Context.TextAttribute(Leaf));
                if (facts.IsTailSite(i))
                    tails.Add(i);
            }
        }
        function.SetGarbageCollector("statepoint-example");
        // What the optimiser knew of the function's memory effects was true before it could park.
        function.RemoveAttribute(IrCall.FunctionIndex, "memory");
        function.AddAttribute(IrCall.FunctionIndex, module.Context.EnumAttribute("uwtable", AsyncUnwindTable));
        List<Site> sites = Attach(module, plans, saved);
        sites.AddRange(tails.Select(call => new Site(call, SiteKind.Call, Calls.CalleeName(call), [], [], [])));
        return sites;
    }

    /// <summary>A tail call's copy in a resume function becomes an ordinary call, and a site behind which nothing
    /// lives.</summary>
    internal static IrValue AttachToTail(IrModule module, IrValue call, int index)
    {
        IrValue site = AttachBundle(module, call, [], index);
        site.RemoveCallStringAttribute(IrCall.FunctionIndex, Leaf);
        return site;
    }

    private static IrValue[] WithBase(IEnumerable<IrValue> values, IrValue alwaysLive)
    {
        List<IrValue> list = [.. values];
        if (!alwaysLive.IsNone && !list.Contains(alwaysLive))
            list.Add(alwaysLive);
        return [.. list];
    }

    private static List<Site> Attach(
        IrModule module, List<(IrValue Call, IrValue[] Live)> plans,
        IReadOnlyDictionary<IrValue, IReadOnlyList<PointValue>> saved)
    {
        Dictionary<IrValue, IrValue> replaced = [];
        List<Site> sites = [];
        foreach ((IrValue call, IrValue[] _) in plans)
            replaced[call] = call;
        for (int index = 0; index < plans.Count; index++)
        {
            (IrValue call, IrValue[] live) = plans[index];
            IrValue[] current = [.. live.Select(v => replaced.GetValueOrDefault(v, v))];
            IrValue site = AttachBundle(module, call, current, index);
            replaced[call] = site;
            string callee = Calls.CalleeName(site);
            SiteKind kind = callee switch
            {
                RuntimeFunctions.Park => SiteKind.Point,
                RuntimeFunctions.Syscall => SiteKind.Syscall,
                _ => SiteKind.Call,
            };
            // Names are asked of the current values: a live call that has its bundle already is erased.
            string[] names = [.. current.Select(v => v.Name)];
            sites.Add(new Site(site, kind, callee, live, names, saved.GetValueOrDefault(call, [])));
        }
        return [.. sites.Select(s => s with { Live = [.. s.Live.Select(v => replaced.GetValueOrDefault(v, v))] })];
    }

    private static IrValue AttachBundle(IrModule module, IrValue call, IrValue[] live, int index)
    {
        IrContext context = module.Context;
        using IrBuilder builder = new(module);
        builder.Before(call);
        builder.SetLocation(call.DebugLocation());
        int count = call.ArgumentCount();
        IrValue[] arguments = new IrValue[count];
        for (int i = 0; i < count; i++)
            arguments[i] = call.Argument(i);
        IrValue site = builder.CallWithBundle(call.CalledType(), call.Callee(), arguments, "deopt", live);
        FunctionSurgery.CopyCallAttributes(call, site, count);
        foreach (string attribute in _untrueOfStatepoint)
            site.RemoveCallAttribute(IrCall.FunctionIndex, attribute);
        site.AddCallAttribute(IrCall.FunctionIndex, context.TextAttribute("statepoint-id", $"{index}"));
        site.SetDebugLocation(call.DebugLocation());
        call.ReplaceAllUsesWith(site);
        site.Name = call.Name;
        call.Erase();
        // A call that does not return could be the last instruction of its function; its return address would then lie
        // in the next one.
        if (site.Next.Opcode == IrOpcode.Unreachable)
            builder.Before(site.Next).Call(IrContext.Function(context.Void), module.Intrinsic("llvm.trap"));
        return site;
    }
}

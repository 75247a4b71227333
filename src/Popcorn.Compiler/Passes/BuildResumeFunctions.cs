using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>Where <c>longjmp</c> can lead in a function: its setjmp calls by number, and where in its data-stack frame
/// the jump record lies.</summary>
internal sealed record JumpTargets(IReadOnlyList<IrValue> Calls, IrValue FrameBase, long Record);

/// <summary>
/// For a function with sites, <c>f.resume(ptr record)</c>: a clone that enters at a site. It loads the site's values
/// from the record, renews the jump record, calls the next record's resume function in place of the original call, and
/// goes on behind it (contracts, section 5). Every value live at some site gets a stack slot in the clone; mem2reg then
/// builds the phis. </summary>
internal sealed class BuildResumeFunctions
{
    private const long NextOffset = 0;
    private const long ResumeOffset = 8;
    private const long SiteOffset = 16;
    private const long ValuesOffset = 32;
    private const long ValueBytes = 16;
    private const long JumpSiteOffset = 8;

    private readonly IrModule _module;
    private readonly IrContext _context;
    private readonly IrValue _original;
    private readonly List<Site> _sites;
    private readonly JumpTargets _jumps;
    private readonly Dictionary<IrValue, IrValue> _slots = [];
    private readonly IrValue _clone;
    private readonly IrBlock _entry;
    private readonly IrValue _record;
    private readonly BlockCopies _copies;
    private IrValue _jumpResult;

    private BuildResumeFunctions(
        IrModule module, IrValue original, List<Site> sites, JumpTargets jumps)
    {
        _module = module;
        _context = module.Context;
        _original = original;
        _sites = sites;
        _jumps = jumps;
        IrType type = IrContext.Function(original.ValueType().ReturnType, _context.Pointer);
        _clone = module.AddFunction(original.Name + ".resume", type);
        _entry = module.AppendBlock(_clone, "resume");
        _record = _clone.Parameter(0);
        _copies = new BlockCopies(module, _clone, original.Blocks());
    }

    /// <param name="module">The module.</param>
    /// <param name="original">A function whose sites carry their bundles.</param>
    /// <param name="sites">Its sites, by number.</param>
    /// <param name="jumps">Its setjmp calls.</param>
    internal static IrValue Run(IrModule module, IrValue original, List<Site> sites, JumpTargets jumps) =>
        new BuildResumeFunctions(module, original, sites, jumps).Build();

    private IrValue Build()
    {
        _clone.SetLinkage(IrLinkage.Internal);
        _clone.SetOwnGroup(_module);
        CopyFunctionAttributes();
        CloneBody();
        MakeSlots(_entry);
        BuildEntry(_entry);
        return _clone;
    }

    private void CopyFunctionAttributes()
    {
        foreach (IrAttribute attribute in _original.Attributes(IrCall.ReturnIndex))
            _clone.AddAttribute(IrCall.ReturnIndex, attribute);
        foreach (IrAttribute attribute in _original.Attributes(IrCall.FunctionIndex))
            _clone.AddAttribute(IrCall.FunctionIndex, attribute);
        foreach (string attribute in (string[])["memory", "alwaysinline", "inlinehint", "hot", "allocsize",
            "alloc_family"])
            _clone.RemoveAttribute(IrCall.FunctionIndex, attribute);
        foreach (string attribute in (string[])["cold", "optsize"])
            _clone.AddAttribute(IrCall.FunctionIndex, _context.EnumAttribute(attribute));
        _clone.SetGarbageCollector("statepoint-example");
    }

    /// <summary>A copy ends behind each site and goes on in a new block, which resuming enters.</summary>
    private void CloneBody()
    {
        _copies.Copy(ends: new HashSet<IrValue>([.. _sites.Select(s => s.Call), .. _jumps.Calls]));
        MapArguments();
        _copies.Connect(header: default);
        ReturnFromTails();
    }

    /// <summary>A resume function has other parameters than what it calls, so no call can take its place.</summary>
    private void ReturnFromTails()
    {
        foreach (IrValue call in _original.Blocks().SelectMany(b => b.Instructions()).Where(Calls.IsTail))
        {
            IrValue copy = _copies.Of(call);
            copy.SetTailCall(TailCallKind.None);
            int index = _sites.FindIndex(s => s.Call == call);
            if (index >= 0)
                _copies.Replace(call, RecordSites.AttachToTail(_module, copy, index));
        }
    }

    /// <summary>The clone has no arguments but the record; an argument live at a site is loaded, any other is never
    /// read.</summary>
    private void MapArguments()
    {
        using IrBuilder builder = new(_module);
        builder.AtEnd(_clone.EntryBlock());
        for (int i = 0; i < _original.ParameterCount(); i++)
        {
            IrValue argument = _original.Parameter(i);
            bool live = _sites.Exists(s => s.Live.Contains(argument));
            // The placeholder is replaced by loads in MakeSlots.
            _copies.Stand(argument, live ? builder.Load(argument.Type, _record) : argument.Type.Poison());
        }
    }

    private void MakeSlots(IrBlock entry)
    {
        using IrBuilder builder = new(_module);
        IEnumerable<IrValue> results = _sites.Select(s => s.Call).Concat(_jumps.Calls)
            .Where(c => c.Type.IsStorable && c.HasUses);
        List<IrValue> values = [.. _sites.SelectMany(s => s.Live).Concat(results).Distinct()];
        foreach (IrValue value in values)
        {
            // Placeholders of arguments are in the block already, in front of which the slots go.
            IrValue first = entry.First;
            _ = first.IsNone ? builder.AtEnd(entry) : builder.Before(first);
            _slots.Add(value, builder.Alloca(value.Type));
        }
        foreach (IrValue value in values)
        {
            IrValue copy = _copies.Of(value);
            if (!value.IsArgument)
                DemoteValue.Store(_module, _clone, copy, _slots[value]);
            DemoteValue.Reload(_module, copy, _slots[value]);
            if (value.IsArgument)
                copy.Erase();
        }
    }

    private void BuildEntry(IrBlock entry)
    {
        using IrBuilder builder = new(_module);
        builder.AtEnd(entry);
        IrBlock nowhere = _module.AppendBlock(_clone, "");
        IrBlock? jumped = _jumps.Calls.Count == 0 ? null : BuildJumps(builder, entry, nowhere);
        builder.AtEnd(entry);
        IrValue number = builder.Load(_context.I32, builder.OffsetInBounds(_record, SiteOffset));
        IrValue choice = builder.Switch(number, nowhere, _sites.Count);
        for (int index = 0; index < _sites.Count; index++)
        {
            IrBlock block = _module.AppendBlock(_clone, "");
            IrBuilder.AddCase(choice, _context.I32.Integer((ulong)index), block);
            builder.AtEnd(block);
            BuildSite(builder, index, jumped);
        }
        builder.AtEnd(nowhere);
        builder.Call(IrContext.Function(_context.Void), _module.Intrinsic("llvm.trap"));
        builder.Unreachable();
    }

    private void BuildSite(IrBuilder builder, int index, IrBlock? jumped)
    {
        Site site = _sites[index];
        IrValue[] values = new IrValue[site.Live.Count];
        for (int i = 0; i < values.Length; i++)
        {
            IrValue field = builder.OffsetInBounds(_record, ValuesOffset + (ValueBytes * i));
            values[i] = builder.Load(site.Live[i].Type, field);
            values[i].SetAlignment(8);
            builder.Store(values[i], _slots[site.Live[i]]);
        }
        // Behind a tail call the frame is gone, and what is armed in it.
        if (jumped is { } target && !Calls.IsTail(site.Call))
            BuildRearm(builder, target);
        // Values are read again: behind a setjmp that returned twice only memory is sure.
        for (int i = 0; i < values.Length; i++)
            values[i] = builder.Load(site.Live[i].Type, _slots[site.Live[i]]);
        IrValue next = builder.Load(_context.Pointer, builder.OffsetInBounds(_record, NextOffset));
        IrValue resume = builder.Load(_context.Pointer, builder.OffsetInBounds(next, ResumeOffset));
        IrType type = IrContext.Function(site.Call.Type, _context.Pointer);
        IrValue result = builder.CallWithBundle(type, resume, [next], "deopt", values);
        FunctionSurgery.CopyCallAttributesAt(site.Call, result, IrCall.ReturnIndex);
        result.AddCallAttribute(IrCall.FunctionIndex, _context.TextAttribute("statepoint-id", $"{index}"));
        if (_slots.TryGetValue(site.Call, out IrValue slot))
            builder.Store(result, slot);
        builder.Branch(_copies.Behind(site.Call));
    }

    /// <summary>The record gets this machine's registers; a jump to the frame arrives here a second time.</summary>
    private void BuildRearm(IrBuilder builder, IrBlock jumped)
    {
        IrType type = IrContext.Function(_context.I32, _context.Pointer);
        IrValue rearm = _module.DeclareFunction(RuntimeFunctions.SetjmpRearm, type);
        IrAttribute twice = _context.EnumAttribute("returns_twice");
        rearm.AddAttribute(IrCall.FunctionIndex, twice);
        IrValue result = builder.Call(type, rearm, JumpRecord(builder));
        result.AddCallAttribute(IrCall.FunctionIndex, twice);
        result.AddCallAttribute(IrCall.FunctionIndex, _context.TextAttribute("gc-leaf-function"));
        builder.Store(result, _jumpResult);
        IrBlock first = _module.AppendBlock(_clone, "");
        builder.Branch(builder.CompareNotEqual(result, _context.I32.Integer(0)), jumped, first);
        builder.AtEnd(first);
    }

    private IrValue JumpRecord(IrBuilder builder) =>
        builder.OffsetInBounds(builder.Load(_context.Pointer, _slots[_jumps.FrameBase]), _jumps.Record);

    /// <summary>Behind the setjmp call whose number <c>longjmp</c> left in the record, with the value it was
    /// given.</summary>
    private IrBlock BuildJumps(IrBuilder builder, IrBlock entry, IrBlock nowhere)
    {
        _ = entry.First.IsNone ? builder.AtEnd(entry) : builder.Before(entry.First);
        _jumpResult = builder.Alloca(_context.I32);
        IrBlock jumped = _module.AppendBlock(_clone, "");
        builder.AtEnd(jumped);
        IrValue site = builder.Load(_context.I64, builder.OffsetInBounds(JumpRecord(builder), JumpSiteOffset));
        IrValue choice = builder.Switch(site, nowhere, _jumps.Calls.Count);
        for (int number = 0; number < _jumps.Calls.Count; number++)
        {
            IrBlock landing = _module.AppendBlock(_clone, "");
            IrBuilder.AddCase(choice, _context.I64.Integer((ulong)number), landing);
            builder.AtEnd(landing);
            if (_slots.TryGetValue(_jumps.Calls[number], out IrValue slot))
                builder.Store(builder.Load(_context.I32, _jumpResult), slot);
            builder.Branch(_copies.Behind(_jumps.Calls[number]));
        }
        return jumped;
    }
}

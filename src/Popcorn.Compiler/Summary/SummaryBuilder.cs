using Popcorn.Compiler.Passes;
using Popcorn.Llvm;

namespace Popcorn.Compiler;

/// <summary>Reads a <see cref="ModuleSummary"/> off a portable module.</summary>
internal static class SummaryBuilder
{
    /// <summary>Marks a module compiled without points; see <see cref="PortableModule"/>.</summary>
    internal const string NoPointsMarker = "pop.nopoints";

    // What the back ends call for plain IR, whatever it says: block copies, and C's comparison of blocks.
    private static readonly string[] _always = ["memcpy", "memmove", "memset", "memcmp"];

    internal static ModuleSummary Build(IrModule module, string id)
    {
        bool points = !module.HasMarker(NoPointsMarker);
        List<DefinedSymbol> defined = [];
        List<UndefinedSymbol> undefined = [];
        List<AliasSummary> aliases = [];
        List<FunctionSummary> functions = [];
        SortedSet<string> taken = new(StringComparer.Ordinal);
        SortedSet<string> libcalls = new(_always, StringComparer.Ordinal);
        foreach (IrValue function in module.Functions())
        {
            if (function.IsIntrinsic())
            {
                Libcalls.AddFor(function.Name, libcalls);
                continue;
            }
            AddSymbol(module, function, SymbolKind.Function, defined, undefined);
            if (IsAddressTaken(function))
                taken.Add(function.Name);
            if (!function.IsExternal())
                functions.Add(Summarise(module, function, points, libcalls));
        }
        foreach (IrValue global in module.Globals().Where(g => !g.Name.StartsWith("llvm.", StringComparison.Ordinal)))
            AddSymbol(module, global, SymbolKind.Variable, defined, undefined);
        foreach (IrValue alias in module.Aliases())
        {
            aliases.Add(new AliasSummary(alias.Name, AliasTarget(alias)));
            AddSymbol(module, alias, SymbolKind.Alias, defined, undefined);
            if (IsAddressTaken(alias))
                taken.Add(alias.Name);
        }
        return new ModuleSummary(id, points, defined, undefined, aliases, functions, [.. taken], [.. libcalls]);
    }

    /// <summary>The symbol an alias ends at, through casts and offsets.</summary>
    private static string AliasTarget(IrValue alias)
    {
        IrValue target = alias.Aliasee();
        while (target.Kind == IrValueKind.ConstantExpr)
            target = target.Operand(0);
        return target.Name;
    }

    private static void AddSymbol(
        IrModule module, IrValue global, SymbolKind kind, List<DefinedSymbol> defined, List<UndefinedSymbol> undefined)
    {
        IrLinkage linkage = global.Linkage();
        if (kind != SymbolKind.Alias && global.IsExternal())
        {
            if (global.HasUses)
                undefined.Add(new UndefinedSymbol(global.Name, linkage == IrLinkage.ExternalWeak));
            return;
        }
        if (global.IsLocal() || linkage == IrLinkage.Appending)
            return;
        bool weak = linkage is IrLinkage.WeakAny or IrLinkage.WeakOdr or IrLinkage.LinkOnceAny or IrLinkage.LinkOnceOdr
            or IrLinkage.Common;
        bool common = linkage == IrLinkage.Common;
        ulong size = kind == SymbolKind.Variable ? module.SizeOf(global.ValueType()) : 0;
        uint alignment = kind == SymbolKind.Variable
            ? Math.Max(global.Alignment(), module.AlignmentOf(global.ValueType())) : 0;
        defined.Add(new DefinedSymbol(global.Name, kind, weak, common, size, alignment));
    }

    private static FunctionSummary Summarise(
        IrModule module, IrValue function, bool points, SortedSet<string> libcalls)
    {
        SortedSet<string> callees = new(StringComparer.Ordinal);
        bool indirect = false;
        foreach (IrBlock block in function.Blocks())
        {
            for (IrValue i = block.First; !i.IsNone; i = i.Next)
            {
                if (i.Opcode == IrOpcode.FRem)
                    Libcalls.AddFor("llvm.frem", libcalls);
                if (i.Opcode is not (IrOpcode.Call or IrOpcode.Invoke) || i.IsInlineAsm() || Calls.IsIntrinsic(i))
                    continue;
                string callee = Calls.CalleeName(i);
                if (callee.Length == 0)
                    indirect = true;
                else
                    callees.Add(callee);
            }
        }
        PointPlan? plan = points ? PointPlan.For(module, function) : null;
        return new FunctionSummary(
            function.Name,
            function.IsLocal(),
            indirect,
            HasLoopPoint: plan is { HasLoopPoint: true },
            PollsBeforeCalls: plan is { PollsBeforeCalls: true },
            [.. callees]);
    }

    /// <summary>Used in any way but as the callee of a call or the target of an alias.</summary>
    private static bool IsAddressTaken(IrValue function)
    {
        foreach (IrValue user in function.DistinctUsers())
        {
            if (user.Kind == IrValueKind.GlobalAlias)
                continue;
            if (user.Opcode is not (IrOpcode.Call or IrOpcode.Invoke) || user.Callee() != function)
                return true;
            int arguments = user.ArgumentCount();
            for (int i = 0; i < arguments; i++)
            {
                if (user.Argument(i) == function)
                    return true;
            }
        }
        return false;
    }
}

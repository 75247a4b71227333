using System.Globalization;
using Popcorn.Compiler.Link;
using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>
/// Gives every function and global its own section, a name, an alignment and plain linkage, so that the linker can put
/// it at one address on all ISAs and nothing is merged per ISA (contracts, section 2). Constructor lists become
/// constant arrays. Runs last. </summary>
internal static class PlaceGlobals
{
    private const uint FunctionAlignment = 16;
    private const uint DefaultPriority = 65535;
    private static readonly string[] ArraySections = [".preinit_array", ".init_array", ".fini_array"];

    internal static void Run(IrModule module, ModuleFacts facts, IReadOnlySet<IrValue> resumeFunctions)
    {
        LowerConstructors(module, "llvm.global_ctors", ".init_array");
        LowerConstructors(module, "llvm.global_dtors", ".fini_array");
        foreach (string list in (string[])["llvm.used", "llvm.compiler.used"])
        {
            IrValue used = module.GlobalNamed(list);
            if (!used.IsNone)
                used.DeleteGlobal();
        }
        int unnamed = 0;
        foreach (IrValue function in module.Functions().Where(f => !f.IsIntrinsic()))
        {
            MakePlain(function, ref unnamed);
            if (function.IsExternal())
                continue;
            function.SetAlignment(Math.Max(FunctionAlignment, function.Alignment()));
            bool resume = resumeFunctions.Contains(function);
            function.SetSection((resume ? ".text.resume." : ".text.pop.") + Stem(function, resume));
        }
        foreach (IrValue global in module.Globals())
            PlaceVariable(module, global, facts, ref unnamed);
        foreach (IrValue alias in module.Aliases())
            MakePlain(alias, ref unnamed);
    }

    private static string Stem(IrValue function, bool resume) =>
        resume ? function.Name[..^".resume".Length] : function.Name;

    private static void PlaceVariable(IrModule module, IrValue global, ModuleFacts facts, ref int unnamed)
    {
        MakePlain(global, ref unnamed);
        if (global.IsExternal())
            return;
        uint alignment = Math.Max(global.Alignment(), module.AlignmentOf(global.ValueType()));
        global.SetAlignment(alignment);
        if (global.Linkage() == IrLinkage.Common)
        {
            PlaceCommon(module, global, facts);
            return;
        }
        string section = global.Section();
        // Ours is that of a thread-local variable's initial image.
        if (IsCollected(section) || section.StartsWith(LowerThreadLocals.SectionPrefix, StringComparison.Ordinal))
            return;
        string kind = global.IsGlobalConstant() ? ".rodata.pop."
            : global.Initializer().IsNullConstant ? ".bss.pop." : ".data.pop.";
        global.SetSection(kind + global.Name);
    }

    /// <summary>
    /// Sections whose contents the linker puts side by side for the program to walk: those named like a C identifier,
    /// and the arrays. Any other name only says where to be in an image of its own layout, which this is not.
    /// </summary>
    private static bool IsCollected(string section) => SectionPlacement.IsUserSection(section)
        || ArraySections.Any(array => section == array || section.StartsWith(array + ".", StringComparison.Ordinal));

    /// <summary>A tentative definition becomes a weak one as large as the largest in the program, so any of them can
    /// win.</summary>
    private static void PlaceCommon(IrModule module, IrValue global, ModuleFacts facts)
    {
        (ulong size, uint alignment) = facts.CommonExtent(global.Name);
        ulong own = module.SizeOf(global.ValueType());
        IrValue target = global;
        if (size > own)
        {
            string name = global.Name;
            global.Name = "";
            IrType type = IrContext.Array(module.Context.I8, size);
            target = module.AddGlobal(name, type);
            target.SetInitializer(type.Null());
            target.SetAlignment(global.Alignment());
            global.ReplaceAllUsesWith(target);
            global.DeleteGlobal();
            target.MakeDsoLocal();
        }
        target.SetLinkage(IrLinkage.WeakAny);
        target.SetAlignment(Math.Max(alignment, target.Alignment()));
        target.SetSection(".bss.pop." + target.Name);
    }

    private static void MakePlain(IrValue global, ref int unnamed)
    {
        if (global.Name.Length == 0)
            global.Name = "pop.unnamed." + unnamed++.ToString(CultureInfo.InvariantCulture);
        if (global.Linkage() == IrLinkage.Private)
            global.SetLinkage(IrLinkage.Internal);
        global.ClearUnnamedAddress();
        // A weak reference may stay unresolved; only a GOT entry can then be null everywhere.
        if (global.Linkage() != IrLinkage.ExternalWeak)
            global.MakeDsoLocal();
    }

    private static void LowerConstructors(IrModule module, string list, string section)
    {
        IrValue global = module.GlobalNamed(list);
        if (global.IsNone)
            return;
        IrContext context = module.Context;
        IrValue entries = global.Initializer();
        SortedDictionary<uint, List<IrValue>> byPriority = [];
        for (int i = 0; i < entries.OperandCount; i++)
        {
            uint priority = (uint)entries.Operand(i).Operand(0).IntegerConstant;
            if (!byPriority.TryGetValue(priority, out List<IrValue>? functions))
                byPriority[priority] = functions = [];
            functions.Add(entries.Operand(i).Operand(1));
        }
        global.DeleteGlobal();
        foreach ((uint priority, List<IrValue> functions) in byPriority)
        {
            IrValue array = IrContext.ConstantArray(context.Pointer, [.. functions]);
            IrValue placed = module.AddGlobal(
                "pop" + section + "." + priority.ToString(CultureInfo.InvariantCulture), array.Type);
            placed.SetInitializer(array);
            placed.SetGlobalConstant(true);
            placed.SetLinkage(IrLinkage.Internal);
            placed.SetAlignment(8);
            // The linker sorts the numbered sections, then takes the plain one.
            string suffix = priority == DefaultPriority
                ? "" : "." + priority.ToString("D5", CultureInfo.InvariantCulture);
            placed.SetSection(section + suffix);
        }
    }
}

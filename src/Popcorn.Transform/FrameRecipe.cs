using Popcorn.Architecture;
using Popcorn.ObjectFiles.Dwarf;
using Popcorn.StateMap;

namespace Popcorn.Transform;

/// <summary>
/// Everything a return address determines, looked up once: whose frame it is, where its values are, and how its
/// caller's registers are found. Registers are slots already, so that walking a stack is table-driven.
/// </summary>
internal sealed class FrameRecipe
{
    internal required ReturnPoint Point { get; init; }

    internal required SiteKind SiteKind { get; init; }

    internal required LiveValueType[] Types { get; init; }

    /// <summary>Per value: where it is, its register as a slot (-1: one this ISA does not have).</summary>
    internal required (LocationKind Kind, int Slot, long Operand)[] Locations { get; init; }

    internal required UnwindRow Row { get; init; }

    /// <summary>Slot of the register the CFA is relative to; -1 when the row has an expression, or names no
    /// register.</summary>
    internal required int CfaSlot { get; init; }

    /// <summary>Slots saved in memory, with their offset from the CFA.</summary>
    internal required (int Slot, long Offset)[] Saved { get; init; }

    /// <summary>Rules of every other kind; usually none.</summary>
    internal required UnwindRule[] OtherRules { get; init; }

    internal required int ReturnAddressSlot { get; init; }

    internal static FrameRecipe Make(RegisterFile registers, StateMapReader map, ReturnPoint point, UnwindRow row)
    {
        List<(int, long)> saved = [];
        List<UnwindRule> others = [];
        foreach (UnwindRule rule in row.Rules)
        {
            int slot = registers.SlotOf(rule.Register);
            // Registers no frame state can name (vector and predicate ones) need no restoring.
            if (slot < 0 || rule.Kind == UnwindRuleKind.SameValue)
                continue;
            if (rule.Kind == UnwindRuleKind.AtOffset)
                saved.Add((slot, rule.Operand));
            else
                others.Add(rule);
        }
        StateMapSite site = map.Site(point.FunctionIndex, point.SiteIndex);
        (LocationKind, int, long)[] locations = new (LocationKind, int, long)[point.Locations.Count];
        for (int i = 0; i < locations.Length; i++)
        {
            ValueLocation location = point.Locations[i];
            int slot = location.Kind == LocationKind.Constant ? 0 : registers.SlotOf(location.Register);
            locations[i] = (location.Kind, slot, location.Operand);
        }
        return new FrameRecipe
        {
            Point = point,
            SiteKind = site.Kind,
            Types = [.. site.Types],
            Locations = locations,
            Row = row,
            CfaSlot = row.CfaExpression.IsEmpty ? registers.SlotOf(row.CfaRegister) : -1,
            Saved = [.. saved],
            OtherRules = [.. others],
            ReturnAddressSlot = registers.SlotOf(row.ReturnAddressRegister),
        };
    }
}

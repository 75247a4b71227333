namespace Popcorn.ObjectFiles.Dwarf;

/// <summary>The row under construction while an unwind program runs.</summary>
internal sealed class RuleSet
{
    internal List<UnwindRule> Rules { get; private init; } = [];

    internal int CfaRegister { get; private set; }

    internal long CfaOffset { get; private set; }

    internal ReadOnlyMemory<byte> CfaExpression { get; set; }

    internal RuleSet Copy() => new()
    {
        Rules = [.. Rules],
        CfaRegister = CfaRegister,
        CfaOffset = CfaOffset,
        CfaExpression = CfaExpression,
    };

    internal void DefineCfa(int register, long offset)
    {
        CfaRegister = register;
        CfaOffset = offset;
        CfaExpression = default;
    }

    internal void Set(UnwindRule rule)
    {
        int index = IndexOf(rule.Register);
        if (index < 0)
            Rules.Add(rule);
        else
            Rules[index] = rule;
    }

    internal void Remove(int register)
    {
        int index = IndexOf(register);
        if (index >= 0)
            Rules.RemoveAt(index);
    }

    internal bool TryGet(int register, out UnwindRule rule)
    {
        int index = IndexOf(register);
        rule = index < 0 ? default : Rules[index];
        return index >= 0;
    }

    private int IndexOf(int register)
    {
        for (int i = 0; i < Rules.Count; i++)
        {
            if (Rules[i].Register == register)
                return i;
        }
        return -1;
    }
}

using Popcorn.Core;

namespace Popcorn.ObjectFiles.Dwarf;

/// <summary>Runs call frame instructions (DWARF 5, section 6.4.2) up to a pc and yields the row that holds
/// there.</summary>
internal ref struct UnwindProgram
{
    /// <summary>Arbitrary: compilers nest remember_state two or three deep.</summary>
    private const int RememberedMax = 64;

    private readonly ReadOnlyMemory<byte> _frames;
    private readonly CommonEntry _common;
    private readonly ulong _pc;
    private FieldReader _reader;
    private ulong _location;
    private RuleSet _rules = new();
    private RuleSet? _initial;
    private Stack<RuleSet>? _remembered;

    private UnwindProgram(ReadOnlyMemory<byte> frames, string where, in FrameEntry entry, ulong pc)
    {
        _frames = frames;
        _common = entry.Common;
        _pc = pc;
        _location = entry.Start;
        _reader = new FieldReader(frames.Span, where);
    }

    internal static UnwindRow Run(ReadOnlyMemory<byte> frames, string where, in FrameEntry entry, ulong pc)
    {
        UnwindProgram program = new(frames, where, entry, pc);
        program.Execute(entry.Common.InstructionsStart, entry.Common.InstructionsEnd);
        program._initial = program._rules.Copy();
        program.Execute(entry.InstructionsStart, entry.InstructionsEnd);
        RuleSet rules = program._rules;
        return new UnwindRow(
            entry.Start, entry.End, rules.CfaRegister, rules.CfaOffset, rules.CfaExpression,
            entry.Common.ReturnAddressRegister, [.. rules.Rules]);
    }

    private void Execute(int start, int end)
    {
        _reader.Seek(start);
        while (_reader.Offset < end && Step())
        {
        }
    }

    /// <summary>One instruction. False when it moves past the pc, so that the row is complete.</summary>
    private bool Step()
    {
        int at = _reader.Offset;
        byte opcode = _reader.U8();
        int low = opcode & 0x3f;
        switch (opcode & 0xc0)
        {
            case DwarfConstants.DW_CFA_advance_loc:
                return Advance((uint)low);
            case DwarfConstants.DW_CFA_offset:
                _rules.Set(new UnwindRule(low, UnwindRuleKind.AtOffset, FactoredOffset(), default));
                return true;
            case DwarfConstants.DW_CFA_restore:
                Restore(low);
                return true;
        }
        switch (opcode)
        {
            case DwarfConstants.DW_CFA_nop:
                return true;
            case DwarfConstants.DW_CFA_advance_loc1:
                return Advance(_reader.U8());
            case DwarfConstants.DW_CFA_advance_loc2:
                return Advance(_reader.U16());
            case DwarfConstants.DW_CFA_advance_loc4:
                return Advance(_reader.U32());
            case DwarfConstants.DW_CFA_restore_extended:
                Restore(Register());
                return true;
            case DwarfConstants.DW_CFA_remember_state:
                Remember(at);
                return true;
            case DwarfConstants.DW_CFA_restore_state:
                if (_remembered is null || !_remembered.TryPop(out RuleSet? rules))
                    throw Bad(at, "restore_state without remember_state");
                _rules = rules;
                return true;
            case DwarfConstants.DW_CFA_GNU_args_size:
                _reader.Uleb128();
                return true;
            default:
                if (!StepCfa(opcode) && !StepRegister(opcode))
                    throw Bad(at, $"call frame instruction 0x{opcode:x2} is not supported");
                return true;
        }
    }

    private bool StepCfa(byte opcode)
    {
        switch (opcode)
        {
            case DwarfConstants.DW_CFA_def_cfa:
                _rules.DefineCfa(Register(), (long)_reader.Uleb128());
                return true;
            case DwarfConstants.DW_CFA_def_cfa_sf:
                _rules.DefineCfa(Register(), unchecked(_reader.Sleb128() * _common.DataAlignment));
                return true;
            case DwarfConstants.DW_CFA_def_cfa_register:
                _rules.DefineCfa(Register(), _rules.CfaOffset);
                return true;
            case DwarfConstants.DW_CFA_def_cfa_offset:
                _rules.DefineCfa(_rules.CfaRegister, (long)_reader.Uleb128());
                return true;
            case DwarfConstants.DW_CFA_def_cfa_offset_sf:
                _rules.DefineCfa(_rules.CfaRegister, unchecked(_reader.Sleb128() * _common.DataAlignment));
                return true;
            case DwarfConstants.DW_CFA_def_cfa_expression:
                _rules.CfaExpression = Expression();
                return true;
            default:
                return false;
        }
    }

    private bool StepRegister(byte opcode)
    {
        if (opcode is < DwarfConstants.DW_CFA_offset_extended or > DwarfConstants.DW_CFA_val_expression)
            return false;
        int register = Register();
        UnwindRule rule = opcode switch
        {
            DwarfConstants.DW_CFA_offset_extended => Rule(register, UnwindRuleKind.AtOffset, FactoredOffset()),
            DwarfConstants.DW_CFA_offset_extended_sf => Rule(register, UnwindRuleKind.AtOffset, SignedFactoredOffset()),
            DwarfConstants.DW_CFA_val_offset => Rule(register, UnwindRuleKind.IsOffset, FactoredOffset()),
            DwarfConstants.DW_CFA_val_offset_sf => Rule(register, UnwindRuleKind.IsOffset, SignedFactoredOffset()),
            DwarfConstants.DW_CFA_undefined => Rule(register, UnwindRuleKind.Undefined, 0),
            DwarfConstants.DW_CFA_same_value => Rule(register, UnwindRuleKind.SameValue, 0),
            DwarfConstants.DW_CFA_register => Rule(register, UnwindRuleKind.InRegister, Register()),
            DwarfConstants.DW_CFA_expression => new(register, UnwindRuleKind.AtExpression, 0, Expression()),
            DwarfConstants.DW_CFA_val_expression => new(register, UnwindRuleKind.IsExpression, 0, Expression()),
            _ => default,
        };
        _rules.Set(rule);
        return true;
    }

    private static UnwindRule Rule(int register, UnwindRuleKind kind, long operand) =>
        new(register, kind, operand, default);

    private long FactoredOffset() => unchecked((long)_reader.Uleb128() * _common.DataAlignment);

    private long SignedFactoredOffset() => unchecked(_reader.Sleb128() * _common.DataAlignment);

    private int Register()
    {
        int at = _reader.Offset;
        ulong register = _reader.Uleb128();
        return register <= UnwindTable.RegisterNumberMax
            ? (int)register
            : throw Bad(at, $"register {register} does not exist");
    }

    private ReadOnlyMemory<byte> Expression()
    {
        ulong bytes = _reader.Uleb128();
        int start = _reader.Offset;
        _reader.Bytes((long)Math.Min(bytes, int.MaxValue));
        return _frames.Slice(start, (int)bytes);
    }

    private bool Advance(uint units)
    {
        _location = unchecked(_location + (units * _common.CodeAlignment));
        return _location <= _pc;
    }

    private readonly void Restore(int register)
    {
        if (_initial is not null && _initial.TryGet(register, out UnwindRule rule))
            _rules.Set(rule);
        else
            _rules.Remove(register);
    }

    private void Remember(int at)
    {
        _remembered ??= new Stack<RuleSet>();
        if (_remembered.Count == RememberedMax)
            throw Bad(at, $"remember_state nested deeper than {RememberedMax}");
        _remembered.Push(_rules.Copy());
    }

    private readonly BadInputException Bad(int at, string sentence) => new(_reader.Where, at, sentence);
}

namespace Popcorn.ObjectFiles.Dwarf;

/// <summary>Numbers of DWARF 5 (section 7) and of the LSB's .eh_frame chapter, under the spec's names.</summary>
public static class DwarfConstants
{
    public const byte DW_CFA_nop = 0x00;
    public const byte DW_CFA_set_loc = 0x01;
    public const byte DW_CFA_advance_loc1 = 0x02;
    public const byte DW_CFA_advance_loc2 = 0x03;
    public const byte DW_CFA_advance_loc4 = 0x04;
    public const byte DW_CFA_offset_extended = 0x05;
    public const byte DW_CFA_restore_extended = 0x06;
    public const byte DW_CFA_undefined = 0x07;
    public const byte DW_CFA_same_value = 0x08;
    public const byte DW_CFA_register = 0x09;
    public const byte DW_CFA_remember_state = 0x0a;
    public const byte DW_CFA_restore_state = 0x0b;
    public const byte DW_CFA_def_cfa = 0x0c;
    public const byte DW_CFA_def_cfa_register = 0x0d;
    public const byte DW_CFA_def_cfa_offset = 0x0e;
    public const byte DW_CFA_def_cfa_expression = 0x0f;
    public const byte DW_CFA_expression = 0x10;
    public const byte DW_CFA_offset_extended_sf = 0x11;
    public const byte DW_CFA_def_cfa_sf = 0x12;
    public const byte DW_CFA_def_cfa_offset_sf = 0x13;
    public const byte DW_CFA_val_offset = 0x14;
    public const byte DW_CFA_val_offset_sf = 0x15;
    public const byte DW_CFA_val_expression = 0x16;
    public const byte DW_CFA_AARCH64_negate_ra_state = 0x2d;
    public const byte DW_CFA_GNU_args_size = 0x2e;
    public const byte DW_CFA_advance_loc = 0x40;
    public const byte DW_CFA_offset = 0x80;
    public const byte DW_CFA_restore = 0xc0;

    public const byte DW_EH_PE_absptr = 0x00;
    public const byte DW_EH_PE_uleb128 = 0x01;
    public const byte DW_EH_PE_udata2 = 0x02;
    public const byte DW_EH_PE_udata4 = 0x03;
    public const byte DW_EH_PE_udata8 = 0x04;
    public const byte DW_EH_PE_sleb128 = 0x09;
    public const byte DW_EH_PE_sdata2 = 0x0a;
    public const byte DW_EH_PE_sdata4 = 0x0b;
    public const byte DW_EH_PE_sdata8 = 0x0c;
    public const byte DW_EH_PE_pcrel = 0x10;
    public const byte DW_EH_PE_datarel = 0x30;
    public const byte DW_EH_PE_indirect = 0x80;
    public const byte DW_EH_PE_omit = 0xff;

    public const byte DW_OP_deref = 0x06;
    public const byte DW_OP_const1u = 0x08;
    public const byte DW_OP_const1s = 0x09;
    public const byte DW_OP_const2u = 0x0a;
    public const byte DW_OP_const2s = 0x0b;
    public const byte DW_OP_const4u = 0x0c;
    public const byte DW_OP_const4s = 0x0d;
    public const byte DW_OP_constu = 0x10;
    public const byte DW_OP_consts = 0x11;
    public const byte DW_OP_and = 0x1a;
    public const byte DW_OP_minus = 0x1c;
    public const byte DW_OP_plus = 0x22;
    public const byte DW_OP_plus_uconst = 0x23;
    public const byte DW_OP_lit0 = 0x30;
    public const byte DW_OP_lit31 = 0x4f;
    public const byte DW_OP_breg0 = 0x70;
    public const byte DW_OP_breg31 = 0x8f;
    public const byte DW_OP_bregx = 0x92;
}

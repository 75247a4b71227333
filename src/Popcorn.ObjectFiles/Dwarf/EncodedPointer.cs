using Popcorn.Core;

namespace Popcorn.ObjectFiles.Dwarf;

/// <summary>Pointers as .eh_frame writes them: a DW_EH_PE byte says how.</summary>
internal static class EncodedPointer
{
    /// <param name="sectionAddress">Address of the reader's first byte, for pc-relative pointers.</param>
    /// <param name="dataBase">Base of data-relative ones: the address of .eh_frame_hdr.</param>
    internal static ulong Read(ref FieldReader reader, byte encoding, ulong sectionAddress, ulong dataBase)
    {
        int start = reader.Offset;
        if (encoding == DwarfConstants.DW_EH_PE_omit || (encoding & DwarfConstants.DW_EH_PE_indirect) != 0)
            throw new BadInputException(reader.Where, start, $"pointer encoding 0x{encoding:x2} is not supported here");
        ulong value = Value(ref reader, encoding);
        return (encoding & 0x70) switch
        {
            0 => value,
            DwarfConstants.DW_EH_PE_pcrel => sectionAddress + (ulong)start + value,
            DwarfConstants.DW_EH_PE_datarel => dataBase + value,
            _ => throw new BadInputException(reader.Where, start, $"pointer encoding 0x{encoding:x2} is not supported"),
        };
    }

    /// <summary>The number alone, as an address range is written, whatever the application bits say.</summary>
    internal static ulong Value(ref FieldReader reader, byte encoding)
    {
        return (byte)(encoding & 0x0f) switch
        {
            DwarfConstants.DW_EH_PE_absptr or DwarfConstants.DW_EH_PE_udata8 => reader.U64(),
            DwarfConstants.DW_EH_PE_uleb128 => reader.Uleb128(),
            DwarfConstants.DW_EH_PE_udata2 => reader.U16(),
            DwarfConstants.DW_EH_PE_udata4 => reader.U32(),
            DwarfConstants.DW_EH_PE_sleb128 => (ulong)reader.Sleb128(),
            DwarfConstants.DW_EH_PE_sdata2 => (ulong)(short)reader.U16(),
            DwarfConstants.DW_EH_PE_sdata4 => (ulong)reader.I32(),
            DwarfConstants.DW_EH_PE_sdata8 => reader.U64(),
            _ => throw new BadInputException(
                reader.Where, reader.Offset, $"pointer encoding 0x{encoding:x2} is not known"),
        };
    }
}

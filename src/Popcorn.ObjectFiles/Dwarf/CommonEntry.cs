using Popcorn.Core;

namespace Popcorn.ObjectFiles.Dwarf;

/// <summary>A CIE of .eh_frame: what the FDEs that point to it have in common.</summary>
/// <param name="InstructionsStart">Section offsets of the initial instructions.</param>
/// <param name="HasAugmentation">FDEs carry an augmentation length.</param>
internal readonly record struct CommonEntry(
    ulong CodeAlignment, long DataAlignment, int ReturnAddressRegister, byte PointerEncoding, bool HasAugmentation,
    int InstructionsStart, int InstructionsEnd)
{
    /// <summary>Reads the body of a CIE, the reader standing behind its id.</summary>
    internal static CommonEntry Read(ref FieldReader reader, int end)
    {
        int start = reader.Offset;
        byte version = reader.U8();
        if (version is not (1 or 3))
            throw new BadInputException(reader.Where, start, $"CIE version {version}, expected 1 or 3");
        string augmentation = reader.CString();
        ulong codeAlignment = reader.Uleb128();
        long dataAlignment = reader.Sleb128();
        ulong returnAddress = version == 1 ? reader.U8() : reader.Uleb128();
        if (returnAddress > UnwindTable.RegisterNumberMax)
            throw new BadInputException(reader.Where, start, $"return address register {returnAddress} does not exist");
        byte pointerEncoding = DwarfConstants.DW_EH_PE_absptr;
        bool hasAugmentation = augmentation.StartsWith('z');
        if (hasAugmentation)
        {
            ulong bytes = reader.Uleb128();
            if (bytes > (ulong)(uint)Math.Max(end - reader.Offset, 0))
                throw new BadInputException(reader.Where, start, "CIE augmentation is longer than the entry");
            int augmentationEnd = reader.Offset + (int)bytes;
            ReadAugmentation(ref reader, augmentation.AsSpan(1), ref pointerEncoding);
            reader.Seek(augmentationEnd);
        }
        else if (augmentation.Length > 0)
        {
            throw new BadInputException(reader.Where, start, $"CIE augmentation '{augmentation}' is not known");
        }
        if (reader.Offset > end)
            throw new BadInputException(reader.Where, start, "CIE is longer than its length says");
        return new CommonEntry(
            codeAlignment, dataAlignment, (int)returnAddress, pointerEncoding, hasAugmentation, reader.Offset, end);
    }

    private static void ReadAugmentation(ref FieldReader reader, ReadOnlySpan<char> letters, ref byte pointerEncoding)
    {
        foreach (char letter in letters)
        {
            switch (letter)
            {
                case 'R':
                    pointerEncoding = reader.U8();
                    break;
                case 'L':
                    reader.U8();
                    break;
                case 'P':
                    EncodedPointer.Value(ref reader, reader.U8());
                    break;
                case 'S' or 'B' or 'G':
                    break;
                default:
                    throw new BadInputException(
                        reader.Where, reader.Offset, $"CIE augmentation letter '{letter}' is not known");
            }
        }
    }
}

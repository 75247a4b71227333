using Popcorn.Core;

namespace Popcorn.Samples;

/// <summary>Writes <c>.eh_frame</c> sections: one CIE (version 1, "zR", absolute 8-byte pointers) and FDEs that follow
/// it.</summary>
public sealed class FrameTableBuilder
{
    private readonly FieldWriter _writer = new();

    public FrameTableBuilder(byte returnAddressRegister, long dataAlignment, ReadOnlySpan<byte> initialInstructions)
    {
        FieldWriter body = new();
        body.U32(0);
        body.U8(1);
        body.Bytes("zR\0"u8);
        body.Uleb128(1);
        body.Sleb128(dataAlignment);
        body.U8(returnAddressRegister);
        body.Uleb128(1);
        body.U8(0); // DW_EH_PE_absptr
        body.Bytes(initialInstructions);
        Append(body);
    }

    /// <summary>The section, with its terminator.</summary>
    public byte[] Finish()
    {
        _writer.U32(0);
        return _writer.Written.ToArray();
    }

    public FrameTableBuilder Function(ulong start, ulong size, ReadOnlySpan<byte> instructions)
    {
        FieldWriter body = new();
        body.U32((uint)_writer.Length + 4);
        body.U64(start);
        body.U64(size);
        body.Uleb128(0);
        body.Bytes(instructions);
        Append(body);
        return this;
    }

    private void Append(FieldWriter body)
    {
        while (body.Length % 8 != 4)
            body.U8(0); // DW_CFA_nop
        _writer.U32((uint)body.Length);
        _writer.Bytes(body.Written);
    }
}

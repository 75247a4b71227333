using System.Buffers.Binary;
using System.Text;

namespace Popcorn.Linux;

/// <summary>
/// Messages to nf_tables (linux/netfilter/nf_tables.h), built one after the other: several that the kernel carries out
/// together or not at all, or one question. Numbers inside are big-endian, headers the machine's.
/// </summary>
internal sealed class NetfilterBatch
{
    private const int BatchBegin = 0x10; // NFNL_MSG_BATCH_BEGIN
    private const int BatchEnd = 0x11;
    private const int Subsystem = 10; // NFNL_SUBSYS_NFTABLES
    private const byte FamilyInternet = 1; // NFPROTO_INET: IPv4 and IPv6 in one table.
    private const int Nested = 0x8000; // NLA_F_NESTED
    private const ushort Request = 1; // NLM_F_REQUEST
    private const ushort Acknowledge = 4;

    private readonly List<byte> _bytes = [];
    private int _message = -1;

    /// <summary>What is to be sent; several messages are framed as a batch.</summary>
    public static byte[] Transaction(Action<NetfilterBatch> write)
    {
        NetfilterBatch batch = new();
        batch.Begin(BatchBegin, Request, family: 0, resource: Subsystem);
        write(batch);
        batch.Begin(BatchEnd, Request, family: 0, resource: Subsystem);
        return batch.End();
    }

    public static byte[] Question(int type, ushort flags, Action<NetfilterBatch> write)
    {
        NetfilterBatch batch = new();
        batch.Begin(Subsystem << 8 | type, (ushort)(Request | flags), FamilyInternet, resource: 0);
        write(batch);
        return batch.End();
    }

    /// <param name="type">NFT_MSG_*.</param>
    /// <param name="flags">NLM_F_*, besides those that all have.</param>
    public void Message(int type, ushort flags) => Begin(
        Subsystem << 8 | type, (ushort)(Request | Acknowledge | flags), FamilyInternet, resource: 0);

    public void Number(int attribute, uint value)
    {
        byte[] bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        Bytes(attribute, bytes);
    }

    public void LongNumber(int attribute, ulong value)
    {
        byte[] bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        Bytes(attribute, bytes);
    }

    public void Text(int attribute, string value) => Bytes(attribute, [.. Encoding.UTF8.GetBytes(value), 0]);

    public void Bytes(int attribute, ReadOnlySpan<byte> value)
    {
        int start = Open(attribute);
        _bytes.AddRange(value);
        Close(start);
    }

    /// <summary>An attribute that consists of attributes.</summary>
    public void Nest(int attribute, Action write)
    {
        int start = Open(attribute | Nested);
        write();
        Close(start);
    }

    private int Open(int attribute)
    {
        int start = _bytes.Count;
        Append16(0);
        Append16((ushort)attribute);
        return start;
    }

    private void Close(int start)
    {
        Store16(start, (ushort)(_bytes.Count - start));
        Pad();
    }

    private void Begin(int type, ushort flags, byte family, ushort resource)
    {
        FinishMessage();
        _message = _bytes.Count;
        Append32(0);
        Append16((ushort)type);
        Append16(flags);
        Append32(0);
        Append32(0);
        // struct nfgenmsg.
        _bytes.AddRange([family, 0, (byte)(resource >> 8), (byte)resource]);
    }

    private byte[] End()
    {
        FinishMessage();
        return [.. _bytes];
    }

    private void FinishMessage()
    {
        if (_message < 0)
            return;
        int length = _bytes.Count - _message;
        Store16(_message, (ushort)length);
        Store16(_message + 2, (ushort)(length >> 16));
    }

    private void Pad()
    {
        while (_bytes.Count != NetlinkSocket.Align(_bytes.Count))
            _bytes.Add(0);
    }

    private void Append16(ushort value) => _bytes.AddRange([(byte)value, (byte)(value >> 8)]);

    private void Append32(uint value)
    {
        Append16((ushort)value);
        Append16((ushort)(value >> 16));
    }

    private void Store16(int at, ushort value)
    {
        _bytes[at] = (byte)value;
        _bytes[at + 1] = (byte)(value >> 8);
    }
}

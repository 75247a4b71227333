using System.Net.Sockets;

namespace Popcorn.Linux;

/// <summary>What a rule of nf_tables does, one expression after the other (NFTA_LIST_ELEM).</summary>
internal sealed class NetfilterExpressions(NetfilterBatch to)
{
    private const uint Verdict = 0; // NFT_REG_VERDICT

    /// <summary>NFT_REG32_00; one register holds 4 bytes, the next number is the next 4.</summary>
    private const uint FirstRegister = 8;

    private const int DataValue = 1;
    private const int DataVerdict = 2;

    public void RequireFamily(AddressFamily family)
    {
        const uint Protocol = 15; // NFT_META_NFPROTO
        Require(Protocol, family == AddressFamily.InterNetwork ? (byte)2 : (byte)10);
    }

    public void RequireTcp()
    {
        const uint TransportProtocol = 16; // NFT_META_L4PROTO
        const byte Tcp = 6;
        Require(TransportProtocol, Tcp);
    }

    /// <summary>Goes on if source address, source port, destination address and port are a key of the set.</summary>
    public void LookUp(string set, int sourceOffset, int addressBytes)
    {
        const uint Network = 1; // NFT_PAYLOAD_NETWORK_HEADER
        const uint Transport = 2;
        const int PortBytes = 2;
        uint addressRegisters = (uint)addressBytes / 4;
        Load(Network, sourceOffset, addressBytes, FirstRegister);
        Load(Transport, 0, PortBytes, FirstRegister + addressRegisters);
        Load(Network, sourceOffset + addressBytes, addressBytes, FirstRegister + addressRegisters + 1);
        Load(Transport, PortBytes, PortBytes, FirstRegister + 2 * addressRegisters + 1);
        Add("lookup", () =>
        {
            to.Text(1, set);
            to.Number(2, FirstRegister);
        });
    }

    public void Drop()
    {
        Add("immediate", () =>
        {
            to.Number(1, Verdict);
            to.Nest(2, () => to.Nest(DataVerdict, () => to.Number(1, 0))); // NF_DROP
        });
    }

    private void Require(uint metaKey, byte value)
    {
        Add("meta", () =>
        {
            to.Number(1, FirstRegister);
            to.Number(2, metaKey);
        });
        Add("cmp", () =>
        {
            to.Number(1, FirstRegister);
            to.Number(2, 0); // NFT_CMP_EQ
            to.Nest(3, () => to.Bytes(DataValue, [value]));
        });
    }

    private void Load(uint header, int offset, int bytes, uint register)
    {
        Add("payload", () =>
        {
            to.Number(1, register);
            to.Number(2, header);
            to.Number(3, (uint)offset);
            to.Number(4, (uint)bytes);
        });
    }

    private void Add(string expression, Action writeData)
    {
        to.Nest(1, () =>
        {
            to.Text(1, expression);
            to.Nest(2, writeData);
        });
    }
}

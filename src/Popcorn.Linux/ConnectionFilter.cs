using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Popcorn.Linux;

/// <summary>
/// An nf_tables table of ours, by name, that drops every segment of some TCP connections in both directions, so that
/// nobody answers them with a reset while no socket of ours stands for them. Each connection leaves it by itself when
/// its time is over. Needs CAP_NET_ADMIN in the network name space, and nothing but the kernel. Disposing removes a
/// table that was made to last as long as we do, and no other.
/// </summary>
public sealed class ConnectionFilter(string name) : IDisposable
{
    private const int NetlinkNetfilter = 12;
    private const ushort Create = 0x400; // NLM_F_CREATE
    private const ushort Exclusive = 0x200;
    private const ushort Append = 0x800;
    private const ushort Dump = 0x300;

    // NFT_MSG_*.
    private const int NewTable = 0;
    private const int GetTable = 1;
    private const int DeleteTable = 2;
    private const int NewChain = 3;
    private const int NewRule = 6;
    private const int NewSet = 9;
    private const int NewElement = 12;
    private const int GetElement = 13;
    private const int DeleteElement = 14;

    // NFTA_SET_ELEM_LIST_*, NFTA_LIST_ELEM and NFTA_SET_ELEM_*.
    private const int ListTable = 1;
    private const int ListSet = 2;
    private const int ListElements = 3;
    private const int ListElement = 1;
    private const int ElementKey = 1;
    private const int ElementTimeout = 4;
    private const int ElementExpiration = 5;
    private const int DataValue = 1;

    private static readonly AddressForm[] s_forms =
        [new("v4", AddressFamily.InterNetwork), new("v6", AddressFamily.InterNetworkV6)];

    /// <summary>The table's owner, while it has one: nobody else may change it, and it goes away with this
    /// socket.</summary>
    private NetlinkSocket? _owner;

    public string Name => name;

    /// <summary>Names of the tables that begin like this; throws when the kernel has none or we may not ask.</summary>
    public static IReadOnlyList<string> Names(string prefix)
    {
        List<string> names = [];
        foreach (NetlinkReply reply in Ask(NetfilterBatch.Question(GetTable, Dump, static _ => { })))
        {
            foreach ((int type, ReadOnlyMemory<byte> value) in Attributes(reply))
            {
                string found = Encoding.UTF8.GetString(value.Span).TrimEnd('\0');
                if (type == 1 && found.StartsWith(prefix, StringComparison.Ordinal)) // NFTA_TABLE_NAME
                    names.Add(found);
            }
        }
        return names;
    }

    /// <summary>Makes the table if need be, and drops what belongs to these connections from now on.</summary>
    public void Hold(IReadOnlyCollection<ConnectionEnds> connections, TimeSpan limit)
    {
        bool isNew = !Names(name).Contains(name);
        _ = AskAsOwner(NetfilterBatch.Transaction(batch =>
        {
            if (isNew)
                Build(batch, tableFlags: 0);
            WriteElements(batch, NewElement, Create, connections, limit);
        }));
    }

    /// <summary>The same in a table that must not be there yet, and that the kernel removes when we end, however that
    /// happens. A kernel that does not know owners (before 5.12) lets the time pass instead.</summary>
    public void HoldWhileWeLive(IReadOnlyCollection<ConnectionEnds> connections, TimeSpan limit)
    {
        const uint Owned = 2; // NFT_TABLE_F_OWNER
        NetlinkSocket owner = new(NetlinkNetfilter);
        try
        {
            _ = Ask(owner, NetfilterBatch.Transaction(batch =>
            {
                Build(batch, Owned);
                WriteElements(batch, NewElement, Create, connections, limit);
            }));
            _owner = owner;
        }
        catch (LinuxCallException e)
        {
            owner.Dispose();
            if (e.Errno is not (Errno.Invalid or Errno.NotSupported))
                throw;
            Hold(connections, limit);
        }
    }

    /// <summary>From here on the table stays when we end. Fails when a connection's time was over already.</summary>
    /// <param name="connections">All that it holds.</param>
    public void Outlive(IReadOnlyCollection<ConnectionEnds> connections, TimeSpan limit)
    {
        if (_owner is null)
            return;
        // An owner cannot leave its table; a table of the same name in its place lets nothing through in between.
        _ = AskAsOwner(NetfilterBatch.Transaction(batch =>
        {
            WriteElements(batch, DeleteElement, 0, connections, limit: null);
            WriteRemoval(batch);
            Build(batch, tableFlags: 0);
            WriteElements(batch, NewElement, Create, connections, limit);
        }));
        Dispose();
    }

    /// <summary>Gives them another time from now on, all of them; fails when that of one was over already.</summary>
    /// <param name="released">Others, which pass again.</param>
    public void Extend(
        IReadOnlyCollection<ConnectionEnds> connections, TimeSpan limit,
        IReadOnlyCollection<ConnectionEnds> released) =>
        AskAsOwner(NetfilterBatch.Transaction(batch =>
        {
            WriteElements(batch, DeleteElement, 0, [.. connections, .. released], limit: null);
            WriteElements(batch, NewElement, Create, connections, limit);
        }));

    /// <summary>What is held, each connection in both directions, and for how long still.</summary>
    public IReadOnlyDictionary<ConnectionEnds, TimeSpan> Read()
    {
        Dictionary<ConnectionEnds, TimeSpan> held = [];
        foreach (AddressForm form in s_forms)
        {
            byte[] question = NetfilterBatch.Question(GetElement, Dump, batch =>
            {
                batch.Text(ListTable, name);
                batch.Text(ListSet, form.Set);
            });
            foreach (NetlinkReply reply in Ask(question))
            {
                foreach ((int type, ReadOnlyMemory<byte> list) in Attributes(reply).Where(a => a.Type == ListElements))
                {
                    foreach ((_, ReadOnlyMemory<byte> element) in NetlinkSocket.Attributes(list))
                        ReadElement(element, form, held);
                }
            }
        }
        return held;
    }

    /// <summary>Lets everything through again, with the table gone; nothing happens when it is.</summary>
    public void Remove()
    {
        try
        {
            _ = AskAsOwner(NetfilterBatch.Transaction(WriteRemoval));
        }
        catch (LinuxCallException e) when (e.Errno == Errno.NoEntry)
        {
            // Somebody else was faster.
        }
    }

    public void Dispose()
    {
        _owner?.Dispose();
        _owner = null;
    }

    private static IReadOnlyList<NetlinkReply> Ask(byte[] request)
    {
        using NetlinkSocket socket = new(NetlinkNetfilter);
        return Ask(socket, request);
    }

    private IReadOnlyList<NetlinkReply> AskAsOwner(byte[] request) =>
        _owner is null ? Ask(request) : Ask(_owner, request);

    private static IReadOnlyList<NetlinkReply> Ask(NetlinkSocket socket, byte[] request)
    {
        const string Purpose = "cannot change what the kernel lets through";
        IReadOnlyList<NetlinkReply> replies = socket.Ask(request, Purpose);
        foreach (NetlinkReply reply in replies.Where(r => r.Type == NetlinkReply.Error && r.Errno != 0))
            throw new LinuxCallException("nf_tables", reply.Errno, Purpose);
        return replies;
    }

    /// <summary>Those behind struct nfgenmsg.</summary>
    private static IEnumerable<(int Type, ReadOnlyMemory<byte> Value)> Attributes(NetlinkReply reply) =>
        reply.Type < 16 || reply.Payload.Length < 4 ? [] : NetlinkSocket.Attributes(reply.Payload[4..]);

    private void WriteRemoval(NetfilterBatch batch)
    {
        batch.Message(DeleteTable, 0);
        batch.Text(1, name); // NFTA_TABLE_NAME
    }

    private void Build(NetfilterBatch batch, uint tableFlags)
    {
        const uint LocalIn = 1; // NF_INET_LOCAL_IN: addresses there are those the sockets know.
        const uint LocalOut = 3;
        batch.Message(NewTable, Create | Exclusive);
        batch.Text(1, name);
        batch.Number(2, tableFlags); // NFTA_TABLE_FLAGS
        foreach (AddressForm form in s_forms)
            WriteSet(batch, form);
        foreach ((string chain, uint hook) in ((string, uint)[])[("in", LocalIn), ("out", LocalOut)])
        {
            WriteChain(batch, chain, hook);
            foreach (AddressForm form in s_forms)
                WriteRule(batch, chain, form);
        }
    }

    private void WriteSet(NetfilterBatch batch, AddressForm form)
    {
        const uint HasTimeouts = 0x10; // NFT_SET_TIMEOUT
        batch.Message(NewSet, Create);
        batch.Text(1, name);
        batch.Text(2, form.Set);
        batch.Number(3, HasTimeouts);
        batch.Number(4, form.KeyType);
        batch.Number(5, (uint)form.KeyBytes);
        batch.Number(10, (uint)form.AddressBytes); // NFTA_SET_ID: any number that tells them apart.
    }

    private void WriteChain(NetfilterBatch batch, string chain, uint hook)
    {
        // Before anything that might answer: NF_IP_PRI_RAW.
        const int First = -300;
        batch.Message(NewChain, Create);
        batch.Text(1, name);
        batch.Text(3, chain);
        batch.Nest(4, () =>
        {
            batch.Number(1, hook);
            batch.Number(2, unchecked((uint)First));
        });
        batch.Text(7, "filter");
    }

    /// <summary>If it is TCP and its addresses and ports are in the set, drop it.</summary>
    private void WriteRule(NetfilterBatch batch, string chain, AddressForm form)
    {
        batch.Message(NewRule, Create | Append);
        batch.Text(1, name);
        batch.Text(2, chain);
        batch.Nest(4, () =>
        {
            NetfilterExpressions to = new(batch);
            to.RequireFamily(form.Family);
            to.RequireTcp();
            to.LookUp(form.Set, form.SourceOffset, form.AddressBytes);
            to.Drop();
        });
    }

    private void WriteElements(
        NetfilterBatch batch, int message, ushort flags, IReadOnlyCollection<ConnectionEnds> connections,
        TimeSpan? limit)
    {
        foreach (AddressForm form in s_forms)
        {
            ConnectionEnds[] own = [.. connections.Where(c => c.Local.AddressFamily == form.Family)
                .SelectMany(c => (ConnectionEnds[])[c, c.Reversed]).Distinct()];
            if (own.Length == 0)
                continue;
            batch.Message(message, flags);
            batch.Text(ListTable, name);
            batch.Text(ListSet, form.Set);
            batch.Nest(ListElements, () =>
            {
                foreach (ConnectionEnds ends in own)
                    WriteElement(batch, form.Key(ends), limit);
            });
        }
    }

    private static void WriteElement(NetfilterBatch batch, byte[] key, TimeSpan? limit) =>
        batch.Nest(ListElement, () =>
        {
            batch.Nest(ElementKey, () => batch.Bytes(DataValue, key));
            if (limit is TimeSpan time)
                batch.LongNumber(ElementTimeout, (ulong)time.TotalMilliseconds);
        });

    private static void ReadElement(
        ReadOnlyMemory<byte> element, AddressForm form, Dictionary<ConnectionEnds, TimeSpan> held)
    {
        byte[] key = [];
        TimeSpan left = TimeSpan.Zero;
        foreach ((int type, ReadOnlyMemory<byte> value) in NetlinkSocket.Attributes(element))
        {
            if (type == ElementKey)
                key = NetlinkSocket.Attributes(value).First().Value.ToArray();
            else if (type == ElementExpiration)
                left = TimeSpan.FromMilliseconds(BinaryPrimitives.ReadUInt64BigEndian(value.Span));
        }
        if (key.Length == form.KeyBytes)
            held[form.EndsOf(key)] = left;
    }

    /// <summary>How the two address families differ. A key is source address, source port, destination address, port,
    /// each port filled up to 4 bytes.</summary>
    private sealed record AddressForm(string Set, AddressFamily Family)
    {
        private const int PortBytes = 4;

        public int AddressBytes => Family == AddressFamily.InterNetwork ? 4 : 16;

        /// <summary>In the IP header; the destination address follows.</summary>
        public int SourceOffset => Family == AddressFamily.InterNetwork ? 12 : 8;

        public int KeyBytes => 2 * (AddressBytes + PortBytes);

        /// <summary>For who lists it with nft(8): four of its types, six bits each.</summary>
        public uint KeyType
        {
            get
            {
                const uint Port = 13; // inet_service
                uint address = Family == AddressFamily.InterNetwork ? 7u : 8u; // ipv4_addr, ipv6_addr
                return ((address << 6 | Port) << 6 | address) << 6 | Port;
            }
        }

        public byte[] Key(ConnectionEnds ends)
        {
            byte[] key = new byte[KeyBytes];
            Put(key, ends.Local);
            Put(key.AsSpan(AddressBytes + PortBytes), ends.Peer);
            return key;
        }

        public ConnectionEnds EndsOf(byte[] key) => new(Take(key), Take(key.AsSpan(AddressBytes + PortBytes)));

        private void Put(Span<byte> at, IPEndPoint end)
        {
            end.Address.GetAddressBytes().CopyTo(at);
            BinaryPrimitives.WriteUInt16BigEndian(at[AddressBytes..], (ushort)end.Port);
        }

        private IPEndPoint Take(ReadOnlySpan<byte> at) => new(
            new IPAddress(at[..AddressBytes]), BinaryPrimitives.ReadUInt16BigEndian(at[AddressBytes..]));
    }
}

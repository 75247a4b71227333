using System.Net;
using System.Text;

namespace Popcorn.Node.Objects;

/// <summary>sys/socket.h, netinet/tcp.h: numbers that decide how a socket is saved; the same on our ISAs.</summary>
internal static class SocketConstants
{
    public const int AfUnix = 1;
    public const int AfInet = 2;
    public const int AfInet6 = 10;
    public const int Stream = 1;
    public const int Datagram = 2;
    public const int SequencedPackets = 5;
    public const int ProtocolTcp = 6;
    public const int ProtocolUdp = 17;
    public const int SolSocket = 1;
    public const int SoType = 3;
    public const int SoSendBuffer = 7;
    public const int SoReceiveBuffer = 8;
    public const int SoReuseAddress = 2;
    public const int SoAcceptConnection = 30;
    public const int SoSendBufferForced = 32;
    public const int SoReceiveBufferForced = 33;
    public const int SoBufferLocks = 72; // SO_BUF_LOCK: which buffers have a size of their own (kernel 5.14).
    public const int SoProtocol = 38;
    public const int SoDomain = 39;
    public const int TcpFacts = 11;

    public static string FamilyName(int domain) => domain switch
    {
        16 => "netlink",
        17 => "packet",
        38 => "alg",
        40 => "vsock",
        44 => "xdp",
        _ => $"number {domain}",
    };

    /// <summary>An IP socket's struct sockaddr; an IPv4 address in its IPv6 form becomes one.</summary>
    public static IPEndPoint EndOf(ReadOnlySpan<byte> address)
    {
        bool isIPv6 = address.Length >= 24 && BitConverter.ToUInt16(address) == AfInet6;
        if (!isIPv6 && address.Length < 8)
            return new IPEndPoint(IPAddress.Any, 0);
        IPAddress ip = new(isIPv6 ? address[8..24] : address[4..8]);
        return new IPEndPoint(ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip, address[2] << 8 | address[3]);
    }

    /// <summary>A struct sockaddr in words.</summary>
    public static string Describe(ReadOnlySpan<byte> address)
    {
        if (address.Length < 2)
            return "nobody";
        int port = address.Length >= 4 ? address[2] << 8 | address[3] : 0;
        return (int)BitConverter.ToUInt16(address) switch
        {
            AfInet when address.Length >= 8 => $"{new IPAddress(address[4..8])}:{port}",
            AfInet6 when address.Length >= 24 => $"[{new IPAddress(address[8..24])}]:{port}",
            AfUnix when address.Length > 2 && address[2] == 0 => $"@{Encoding.UTF8.GetString(address[3..])}",
            AfUnix when address.Length > 2 => Path(address),
            AfUnix => "a socket without a name",
            int family => $"an address of the {FamilyName(family)} family",
        };
    }

    /// <summary>The file of a unix socket's address; empty for abstract and nameless ones.</summary>
    public static string Path(ReadOnlySpan<byte> address)
    {
        bool isPath = address.Length > 2 && BitConverter.ToUInt16(address) == AfUnix && address[2] != 0;
        return isPath ? Encoding.UTF8.GetString(address[2..].TrimEnd((byte)0)) : "";
    }
}

using Microsoft.Win32.SafeHandles;
using Popcorn.Linux;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Objects;

/// <summary>Options of a socket that differ from those of a new one.</summary>
internal static class SocketOptions
{
    // asm-generic/socket.h: reuseaddr, broadcast, sndbuf, rcvbuf, keepalive, oobinline, priority, linger, reuseport,
    // passcred, rcvlowat, rcvtimeo, sndtimeo, bindtodevice, timestamp, mark, passsec.
    private static readonly int[] s_socket = [2, 6, 7, 8, 9, 10, 12, 13, 15, 16, 18, 20, 21, 25, 29, 34, 36];

    // linux/in.h: tos, ttl, recvtos, pktinfo, recverr, recvttl, mtu_discover, freebind, transparent, multicast_if, ttl,
    // loop.
    private static readonly int[] s_ip = [1, 2, 13, 8, 11, 12, 10, 15, 19, 32, 33, 34];

    // linux/in6.h: unicast_hops, multicast_if, hops, loop, recverr, v6only, recvpktinfo, tclass.
    private static readonly int[] s_ip6 = [16, 17, 18, 19, 25, 26, 49, 67];

    // linux/tcp.h: nodelay, maxseg, cork, keepidle, keepintvl, keepcnt, syncnt, linger2, defer_accept, window_clamp,
    // quickack, user_timeout, fastopen.
    private static readonly int[] s_tcp = [1, 3, 4, 5, 6, 7, 8, 9, 10, 12, 18, 23];

    /// <summary>The kernel reports twice what was set, since it counts its own overhead (socket(7)).</summary>
    public static bool IsDoubled(int level, int name) => level == SocketConstants.SolSocket &&
        name is SocketConstants.SoSendBuffer or SocketConstants.SoReceiveBuffer;

    public static IReadOnlyList<SocketOption> Read(SafeFileHandle file, int domain, int type, int protocol)
    {
        List<SocketOption> options = [];
        using SafeFileHandle fresh = KernelSocket.Create(domain, type, protocol);
        foreach ((int level, int name) in Names(domain, protocol))
        {
            byte[]? value = KernelSocket.Option(file, level, name);
            if (value is null || (KernelSocket.Option(fresh, level, name) ?? []).AsSpan().SequenceEqual(value))
                continue;
            options.Add(new SocketOption(
                level, name, IsDoubled(level, name) ? BitConverter.GetBytes(BitConverter.ToInt32(value) / 2) : value));
        }
        return options;
    }

    /// <summary>Sets them all; what the system does not allow is named.</summary>
    public static void Apply(SafeFileHandle file, IReadOnlyList<SocketOption> options, string what)
    {
        foreach (SocketOption option in options)
        {
            bool isSet = KernelSocket.TrySetOption(file, option.Level, option.Name, option.Value.Span);
            if (!isSet)
                throw new UnsavableException(
                    $"{what}: option {option.Name} of level {option.Level} cannot be set here");
        }
    }

    private static IEnumerable<(int Level, int Name)> Names(int domain, int protocol)
    {
        const int LevelIP = 0;
        const int LevelIP6 = 41;
        IEnumerable<(int, int)> names = s_socket.Select(n => (SocketConstants.SolSocket, n));
        if (domain is SocketConstants.AfInet or SocketConstants.AfInet6)
            names = names.Concat(s_ip.Select(n => (LevelIP, n)));
        if (domain == SocketConstants.AfInet6)
            names = names.Concat(s_ip6.Select(n => (LevelIP6, n)));
        if (protocol == SocketConstants.ProtocolTcp)
            names = names.Concat(s_tcp.Select(n => (SocketConstants.ProtocolTcp, n)));
        return names;
    }
}

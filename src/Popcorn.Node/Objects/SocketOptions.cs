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

    // linux/in.h: tos, ttl, recvtos, pktinfo, recverr, recvttl, mtu_discover, freebind, transparent; multicast_if, ttl,
    // loop.
    private static readonly int[] s_ip = [1, 2, 13, 8, 11, 12, 10, 15, 19];
    private static readonly int[] s_ipMulticast = [32, 33, 34];

    // linux/in6.h: unicast_hops, recverr, v6only, recvpktinfo, tclass; multicast_if, hops, loop.
    private static readonly int[] s_ip6 = [16, 25, 26, 49, 67];
    private static readonly int[] s_ip6Multicast = [17, 18, 19];

    // linux/tcp.h: nodelay, maxseg, cork, keepidle, keepintvl, keepcnt, syncnt, linger2, defer_accept, window_clamp,
    // quickack, user_timeout, fastopen.
    private static readonly int[] s_tcp = [1, 3, 4, 5, 6, 7, 8, 9, 10, 12, 18, 23];

    private static readonly int[] s_buffers = [SocketConstants.SoSendBuffer, SocketConstants.SoReceiveBuffer];

    /// <summary>The kernel reports twice what was set, since it counts its own overhead (socket(7)).</summary>
    public static bool IsDoubled(int level, int name) => level == SocketConstants.SolSocket &&
        s_buffers.Contains(name);

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

    /// <summary>
    /// Those of a TCP connection. The kernel sizes its buffers as it goes: both sizes and which of them are its own
    /// choice come last, in this order.
    /// </summary>
    public static IReadOnlyList<SocketOption> ReadConnected(SafeFileHandle file, int domain)
    {
        const int WindowClamp = 10;
        const int QuickAcknowledge = 12;
        bool IsOfTheMoment(SocketOption o) => IsBuffer(o) ||
            (o.Level == SocketConstants.ProtocolTcp && o.Name is WindowClamp or QuickAcknowledge);
        return
        [
            .. Read(file, domain, SocketConstants.Stream, SocketConstants.ProtocolTcp).Where(o => !IsOfTheMoment(o)),
            .. ReadBuffers(file),
        ];
    }

    /// <summary>Room for whatever a queue may hold, as far as we may have it. Returns how it was, for
    /// <see cref="ApplyBuffers"/>.</summary>
    public static IReadOnlyList<SocketOption> MakeRoom(SafeFileHandle file)
    {
        // The kernel counts overhead that depends on how the bytes came; twice this is the most it takes.
        const int Roomy = 512 << 20;
        IReadOnlyList<SocketOption> before = ReadBuffers(file);
        foreach (int name in s_buffers)
            _ = TrySet(file, new SocketOption(SocketConstants.SolSocket, name, BitConverter.GetBytes(Roomy)));
        return before;
    }

    /// <summary>All but the buffers' sizes.</summary>
    public static void ApplyConnected(SafeFileHandle file, IReadOnlyList<SocketOption> options, string what) =>
        Apply(file, [.. options.Where(o => !IsBuffer(o))], what);

    public static void ApplyBuffers(SafeFileHandle file, IReadOnlyList<SocketOption> options)
    {
        foreach (SocketOption option in options.Where(IsBuffer))
            _ = TrySet(file, option);
    }

    /// <summary>The other side gets a reset, not an end (SO_LINGER with no time).</summary>
    public static void ResetOnClose(SafeFileHandle file)
    {
        const int Linger = 13;
        _ = KernelSocket.TrySetOption(file, SocketConstants.SolSocket, Linger, [1, 0, 0, 0, 0, 0, 0, 0]);
    }

    /// <summary>What repair mode forgets.</summary>
    public static void ReuseAddress(SafeFileHandle file, IReadOnlyList<SocketOption> options)
    {
        foreach (SocketOption option in options.Where(o =>
            o.Level == SocketConstants.SolSocket && o.Name == SocketConstants.SoReuseAddress))
            _ = KernelSocket.TrySetOption(file, option.Level, option.Name, option.Value.Span);
    }

    private static bool IsBuffer(SocketOption option) => option.Level == SocketConstants.SolSocket
        && (s_buffers.Contains(option.Name) || option.Name == SocketConstants.SoBufferLocks);

    /// <summary>Sizes first: setting one makes it the program's choice, which the last one says it is or is
    /// not.</summary>
    private static IReadOnlyList<SocketOption> ReadBuffers(SafeFileHandle file) =>
    [
        .. s_buffers.Select(name => new SocketOption(
            SocketConstants.SolSocket, name,
            BitConverter.GetBytes(KernelSocket.Number(file, SocketConstants.SolSocket, name) / 2))),
        new SocketOption(
            SocketConstants.SolSocket, SocketConstants.SoBufferLocks,
            KernelSocket.Option(file, SocketConstants.SolSocket, SocketConstants.SoBufferLocks)
                ?? new byte[sizeof(int)]),
    ];

    /// <summary>A buffer's size beyond what an ordinary user may have, if we may.</summary>
    private static bool TrySet(SafeFileHandle file, SocketOption option)
    {
        int forced = (option.Level, option.Name) switch
        {
            (SocketConstants.SolSocket, SocketConstants.SoSendBuffer) => SocketConstants.SoSendBufferForced,
            (SocketConstants.SolSocket, SocketConstants.SoReceiveBuffer) => SocketConstants.SoReceiveBufferForced,
            _ => option.Name,
        };
        return KernelSocket.TrySetOption(file, option.Level, forced, option.Value.Span)
            || (forced != option.Name
                && KernelSocket.TrySetOption(file, option.Level, option.Name, option.Value.Span));
    }

    /// <summary>Sets them all; what the system does not allow is named.</summary>
    public static void Apply(SafeFileHandle file, IReadOnlyList<SocketOption> options, string what)
    {
        foreach (SocketOption option in options)
        {
            if (!TrySet(file, option))
                throw new UnsavableException(
                    $"{what}: option {option.Name} of level {option.Level} cannot be set here");
        }
    }

    private static IEnumerable<(int Level, int Name)> Names(int domain, int protocol)
    {
        const int LevelIP = 0;
        const int LevelIP6 = 41;
        bool isTcp = protocol == SocketConstants.ProtocolTcp;
        IEnumerable<(int, int)> names = s_socket.Select(n => (SocketConstants.SolSocket, n));
        // TCP, which has no multicast, puts values of its own there.
        if (domain is SocketConstants.AfInet or SocketConstants.AfInet6)
            names = names.Concat((isTcp ? s_ip : [.. s_ip, .. s_ipMulticast]).Select(n => (LevelIP, n)));
        if (domain == SocketConstants.AfInet6)
            names = names.Concat((isTcp ? s_ip6 : [.. s_ip6, .. s_ip6Multicast]).Select(n => (LevelIP6, n)));
        if (isTcp)
            names = names.Concat(s_tcp.Select(n => (SocketConstants.ProtocolTcp, n)));
        return names;
    }
}

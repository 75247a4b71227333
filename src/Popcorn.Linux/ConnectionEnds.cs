using System.Net;

namespace Popcorn.Linux;

/// <summary>A TCP connection as one of its ends sees it. IPv4 addresses are never in their IPv6 form.</summary>
public readonly record struct ConnectionEnds(IPEndPoint Local, IPEndPoint Peer)
{
    public ConnectionEnds Reversed => new(Peer, Local);

    public override string ToString() => $"{Local} to {Peer}";
}

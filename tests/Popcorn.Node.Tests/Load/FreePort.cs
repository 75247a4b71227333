using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Popcorn.Node.Tests;

internal static class FreePort
{
    /// <summary>A TCP port of 127.0.0.1 that nobody listens on at the moment.</summary>
    public static int Find()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Until somebody listens on it.</summary>
    public static void AwaitListener(int port)
    {
        IPGlobalProperties network = IPGlobalProperties.GetIPGlobalProperties();
        Assert.True(SpinWait.SpinUntil(
            () => network.GetActiveTcpListeners().Any(l => l.Port == port), TimeSpan.FromSeconds(60)));
    }
}

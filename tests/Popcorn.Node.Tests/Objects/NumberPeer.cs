using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Popcorn.Node.Tests.Objects;

/// <summary>The other side of a TCP connection, outside the program: sends and receives numbers, each following the one
/// before. A thread each, which ends with the connection.</summary>
internal sealed class NumberPeer : IDisposable
{
    private readonly Socket _socket;
    private readonly Task _reading;
    private readonly CancellationTokenSource _stop = new();
    private Task? _writing;
    private int _sent;
    private int _received;

    public NumberPeer(Socket socket)
    {
        _socket = socket;
        _reading = Task.Factory.StartNew(Read, TaskCreationOptions.LongRunning);
    }

    public int Sent => Volatile.Read(ref _sent);

    public int Received => Volatile.Read(ref _received);

    public static Socket Listen(string family)
    {
        IPAddress address = family == "6" ? IPAddress.IPv6Loopback : IPAddress.Loopback;
        Socket listener = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(address, 0));
        listener.Listen(8);
        return listener;
    }

    /// <summary>Some every few milliseconds from now on.</summary>
    public void KeepSending() => _writing = Task.Factory.StartNew(
        () =>
        {
            while (!_stop.Token.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(2)))
                Send(50);
        },
        TaskCreationOptions.LongRunning);

    public void Send(int count)
    {
        byte[] bytes = new byte[count * sizeof(uint)];
        for (int i = 0; i < count; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * sizeof(uint)), (uint)(_sent + i));
        Assert.Equal(bytes.Length, _socket.Send(bytes));
        Volatile.Write(ref _sent, _sent + count);
    }

    /// <summary>Waits until so many more have come.</summary>
    public void AwaitReceived(int more)
    {
        int wanted = Received + more;
        Assert.True(
            SpinWait.SpinUntil(() => Received >= wanted || _reading.IsFaulted, TimeSpan.FromSeconds(60)),
            $"only {Received} of {wanted} numbers came");
        Assert.False(_reading.IsFaulted, _reading.Exception?.ToString());
    }

    /// <summary>Ends our side and waits for the other side's end; returns how many numbers it sent.</summary>
    public int Finish()
    {
        _stop.Cancel();
        _writing?.Wait(TimeSpan.FromSeconds(60));
        _socket.Shutdown(SocketShutdown.Send);
        Assert.True(_reading.Wait(TimeSpan.FromSeconds(60)));
        return Received;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _socket.Dispose();
        _stop.Dispose();
    }

    private void Read()
    {
        byte[] buffer = new byte[64 * 1024];
        int have = 0;
        while (true)
        {
            int count = _socket.Receive(buffer.AsSpan(have));
            if (count == 0)
                break;
            have += count;
            int at = 0;
            for (; have - at >= sizeof(uint); at += sizeof(uint))
            {
                Assert.Equal((uint)_received, BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(at)));
                Volatile.Write(ref _received, _received + 1);
            }
            buffer.AsSpan(at, have - at).CopyTo(buffer);
            have -= at;
        }
        Assert.Equal(0, have);
    }
}

using System.Net.Sockets;
using Popcorn.Core;
using Popcorn.Wire.Agent;

namespace Popcorn.Node.Agents;

/// <summary>
/// The server side: a listening socket and its few connections, all polled by the supervisor's one thread. Requests are
/// answered one after the other, which is what moves of one process need anyway.
/// </summary>
public sealed class AgentServer : IDisposable
{
    public const int ConnectionsMax = 32;
    private const int SendTimeoutMs = 5_000;

    private readonly Socket _listener;
    private readonly string _folder;
    private string _path;
    private readonly List<Connection> _connections = [];

    private AgentServer(Socket listener, string folder, string path)
    {
        _listener = listener;
        _folder = folder;
        _path = path;
    }

    /// <summary>Listens under a name that nobody looks for, until the program's pid is known.</summary>
    public static AgentServer Listen(string folder)
    {
        string path = RuntimeFolder.StartingPath(folder);
        File.Delete(path);
        Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen(ConnectionsMax);
            return new AgentServer(listener, folder, path);
        }
        catch (SocketException e)
        {
            listener.Dispose();
            throw new PopcornException($"cannot listen on '{path}': {e.Message}", e);
        }
    }

    /// <summary>
    /// Takes the name for a pid. False when another supervisor answers for it: a program restored elsewhere may have
    /// that pid.
    /// </summary>
    public bool TryPublish(int pid)
    {
        using (Socket? other = RuntimeFolder.TryConnect(_folder, pid))
        {
            if (other is not null)
                return false;
        }
        string path = RuntimeFolder.SocketPath(_folder, pid);
        File.Move(_path, path, overwrite: true);
        _path = path;
        return true;
    }

    /// <summary>Descriptors to poll: the listener first, then each connection.</summary>
    public void CollectDescriptors(List<int> descriptors)
    {
        ArgumentNullException.ThrowIfNull(descriptors);
        descriptors.Add((int)_listener.Handle);
        foreach (Connection connection in _connections)
            descriptors.Add((int)connection.Socket.Handle);
    }

    /// <summary>Serves what poll found readable, in the order of <see cref="CollectDescriptors"/>.</summary>
    public void Serve(ReadOnlySpan<bool> ready, Func<AgentRequest, AgentReply> answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        List<Connection> finished = [];
        for (int i = 0; i < _connections.Count; i++)
        {
            if (ready[i + 1] && Advance(_connections[i], answer))
                finished.Add(_connections[i]);
        }
        foreach (Connection connection in finished)
        {
            connection.Socket.Dispose();
            _connections.Remove(connection);
        }
        if (ready[0])
            Accept();
    }

    public void Dispose()
    {
        foreach (Connection connection in _connections)
            connection.Socket.Dispose();
        _listener.Dispose();
        // .NET removes the file of a bound socket when it is disposed; a second removal does no harm.
        File.Delete(_path);
    }

    private void Accept()
    {
        Socket socket = _listener.Accept();
        if (_connections.Count >= ConnectionsMax)
        {
            socket.Dispose();
            return;
        }
        socket.SendTimeout = SendTimeoutMs;
        _connections.Add(new Connection(socket));
    }

    /// <summary>Reads what is there and answers a whole line; true when the connection is done with.</summary>
    private static bool Advance(Connection connection, Func<AgentRequest, AgentReply> answer)
    {
        try
        {
            byte[] buffer = new byte[4096];
            int count = connection.Socket.Receive(buffer);
            connection.Line.Write(buffer, 0, count);
            bool whole = count > 0 && buffer[count - 1] == (byte)'\n';
            if (count == 0 || connection.Line.Length > AgentProtocol.RequestBytesMax)
                return true;
            if (!whole)
                return false;
            connection.Socket.Send(AgentProtocol.Encode(Answer(connection.Line.ToArray(), answer)));
        }
        catch (SocketException)
        {
            // The client went away; whatever it asked for has been done, and it will ask again.
        }
        return true;
    }

    private static AgentReply Answer(byte[] line, Func<AgentRequest, AgentReply> answer)
    {
        AgentRequest request;
        try
        {
            request = AgentProtocol.ReadRequest(line);
        }
        catch (BadInputException e)
        {
            return new AgentReply(Error: e.Message);
        }
        return request.Version == AgentProtocol.Version
            ? answer(request)
            : new AgentReply(Error:
                $"this program's supervisor speaks agent protocol {AgentProtocol.Version}, not {request.Version}");
    }

    private sealed record Connection(Socket Socket)
    {
        public MemoryStream Line { get; } = new();
    }
}

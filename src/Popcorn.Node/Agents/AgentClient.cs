using System.Net.Sockets;
using Popcorn.Core;
using Popcorn.Wire.Agent;

namespace Popcorn.Node.Agents;

/// <summary>The client side of the agent protocol: one request to the supervisor of one process.</summary>
public static class AgentClient
{
    /// <summary>A move waits for the program to park, and minutes for a target that works; a reply later than this
    /// means a supervisor that hangs.</summary>
    private const int ReplyTimeoutMs = 600_000;

    /// <summary>The reply, or null when no supervisor answers for that pid.</summary>
    public static AgentReply? Ask(string folder, int pid, AgentRequest request)
    {
        using Socket? socket = RuntimeFolder.TryConnect(folder, pid);
        if (socket is null)
            return null;
        try
        {
            socket.ReceiveTimeout = ReplyTimeoutMs;
            socket.Send(AgentProtocol.Encode(request));
            byte[]? line = ReadLine(socket);
            return line is null ? null : AgentProtocol.ReadReply(line);
        }
        catch (SocketException e)
        {
            if (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
                return null;
            throw new PopcornException($"the supervisor of process {pid} does not answer: {e.Message}", e);
        }
    }

    /// <summary>The status of every process that has a supervisor now. One that cannot give it is an error: a program
    /// that is left out would be taken for ended.</summary>
    public static IReadOnlyList<ProcessStatus> AskAll(string folder)
    {
        List<ProcessStatus> all = [];
        foreach (int pid in RuntimeFolder.Pids(folder))
        {
            AgentReply? reply = Ask(folder, pid, new AgentRequest(AgentProtocol.Version, AgentCommand.Status));
            if (reply is null)
                continue;
            all.Add(reply.Status ?? throw new PopcornException(
                $"the supervisor of process {pid} cannot say what it runs: {reply.Error}"));
        }
        return all;
    }

    private static byte[]? ReadLine(Socket socket)
    {
        MemoryStream line = new();
        byte[] buffer = new byte[64 * 1024];
        while (line.Length < AgentProtocol.ReplyBytesMax)
        {
            int count = socket.Receive(buffer);
            if (count == 0)
                return null;
            line.Write(buffer, 0, count);
            if (buffer[count - 1] == (byte)'\n')
                return line.ToArray();
        }
        throw new PopcornException($"the supervisor's reply is longer than {AgentProtocol.ReplyBytesMax} bytes");
    }
}

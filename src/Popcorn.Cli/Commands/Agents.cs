using System.Globalization;
using Popcorn.Core;
using Popcorn.Node.Agents;
using Popcorn.Wire.Agent;

namespace Popcorn.Cli.Commands;

/// <summary>Finds the supervisor of a process a user names.</summary>
internal static class Agents
{
    public static int ParsePid(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && pid > 0
            ? pid
            : throw new UsageException($"'{text}' is not a process id; 'popcorn ps' lists them");

    /// <summary>
    /// Asks about a process by the id that <c>ps</c> shows; the id the kernel knows it by now, or its supervisor's, do
    /// as well. An error reply becomes an exception.
    /// </summary>
    public static AgentReply Ask(int pid, AgentRequest request)
    {
        string folder = RuntimeFolder.Open();
        AgentReply? reply = AgentClient.Ask(folder, pid, request);
        if (reply is null)
        {
            // Any process of a unit stands for all of it.
            ProcessStatus? other = AgentClient.AskAll(folder).FirstOrDefault(s =>
                s.HostPid == pid || s.SupervisorPid == pid || s.Members.Any(m => m.Pid == pid || m.HostPid == pid));
            reply = other is null ? null : AgentClient.Ask(folder, other.Pid, request);
        }
        if (reply is null)
            throw new PopcornException(DescribeStranger(pid));
        return reply.Error is null ? reply : throw new AgentRefusalException(reply.Error);
    }

    private static string DescribeStranger(int pid) => Directory.Exists($"/proc/{pid}")
        ? $"process {pid} was not started by 'popcorn run'; 'popcorn ps' lists those that were"
        : $"there is no process {pid}; 'popcorn ps' lists those that can be moved";
}

using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Popcorn.Core;
using Popcorn.Node.Agents;
using Popcorn.Wire.Agent;

namespace Popcorn.Cli.Commands;

/// <summary><c>popcorn ps</c>: the programs that can be moved, of this user on this machine.</summary>
internal static class PsCommand
{
    private static readonly Option<bool> JsonOption = new("--json") { Description = "Print an array of objects." };

    public static Command Create()
    {
        Command command = new("ps", "List the programs that run under popcorn.") { JsonOption };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        IReadOnlyList<ProcessStatus> all = AgentClient.AskAll(RuntimeFolder.Open());
        if (parsed.GetValue(JsonOption))
            Console.Out.WriteLine(JsonSerializer.Serialize(all, AgentJson.Default.IReadOnlyListProcessStatus));
        else
            Print(all);
        return (int)ExitCode.Ok;
    }

    private static void Print(IReadOnlyList<ProcessStatus> all)
    {
        TextTable table = new("PID", "ISA", "STATE", "MOVES", "UPTIME", "COMMAND");
        foreach (ProcessStatus status in all)
        {
            table.Add(
                status.Pid.ToString(CultureInfo.InvariantCulture),
                status.Emulated ? status.Isa + " (emulated)" : status.Isa,
                status.State,
                status.Migrations.ToString(CultureInfo.InvariantCulture),
                Uptime(status.UptimeSeconds),
                string.Join(' ', status.Command));
            foreach (MemberStatus member in status.Members.Where(m => m.HostPid != status.HostPid))
                AddMember(table, member);
        }
        table.Write(Console.Out);
    }

    /// <summary>A process that moves with the one above it.</summary>
    private static void AddMember(TextTable table, MemberStatus member) => table.Add(
        member.Pid.ToString(CultureInfo.InvariantCulture),
        member.Isa,
        member.State,
        "",
        "",
        new string(' ', 2 * Math.Max(1, member.Depth)) + string.Join(' ', member.Command));

    private static string Uptime(double seconds)
    {
        TimeSpan time = TimeSpan.FromSeconds(seconds);
        return string.Create(
            CultureInfo.InvariantCulture, $"{(long)time.TotalHours:00}:{time.Minutes:00}:{time.Seconds:00}");
    }
}

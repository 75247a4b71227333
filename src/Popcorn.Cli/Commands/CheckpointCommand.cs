using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Popcorn.Core;
using Popcorn.Wire.Agent;

namespace Popcorn.Cli.Commands;

/// <summary><c>popcorn checkpoint</c>: saves a running program to a file.</summary>
internal static class CheckpointCommand
{
    private static readonly Argument<string> PidArgument =
        new("pid") { Description = "Its process id, as 'popcorn ps' shows it." };

    private static readonly Option<string> OutputOption = new("--output", "-o")
    {
        Description = "File to write.",
        HelpName = "FILE",
        Required = true,
    };

    private static readonly Option<bool> StopOption =
        new("--stop") { Description = "End the program once it is saved." };
    private static readonly Option<bool> JsonOption = new("--json") { Description = "Print the figures as an object." };

    public static Command Create()
    {
        Command command = new("checkpoint", "Save a running program to a file.")
        {
            PidArgument,
            OutputOption,
            StopOption,
            JsonOption,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        int pid = Agents.ParsePid(parsed.GetValue(PidArgument) ?? "");
        string path = Path.GetFullPath(parsed.GetValue(OutputOption) ?? "");
        AgentRequest request = new(
            AgentProtocol.Version, AgentCommand.Checkpoint, Path: path, Stop: parsed.GetValue(StopOption));
        CheckpointReport report;
        try
        {
            report = Agents.Ask(pid, request).Checkpoint
                ?? throw new PopcornException($"the supervisor of process {pid} gave no report");
        }
        catch (AgentRefusalException e)
        {
            throw new PopcornException($"process {pid} was not saved and goes on: {e.Message}");
        }
        if (parsed.GetValue(JsonOption))
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(report, AgentJson.Default.CheckpointReport));
            return (int)ExitCode.Ok;
        }
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"process {pid}: saved to '{path}', {Timeline.Size(report.FileBytes)}, {report.Frames} frames in " +
            $"{report.Threads} thread{(report.Threads == 1 ? "" : "s")}, down {report.DowntimeMs:0.0} ms" +
            $"{(report.Stopped ? "; it has been ended" : "")}"));
        return (int)ExitCode.Ok;
    }
}

using System.CommandLine;
using System.Text.Json;
using Popcorn.Core;
using Popcorn.Wire.Agent;

namespace Popcorn.Cli.Commands;

/// <summary><c>popcorn migrate</c>: moves a running program to another ISA.</summary>
internal static class MigrateCommand
{
    private static readonly Argument<string> PidArgument =
        new("pid") { Description = "Its process id, as 'popcorn ps' shows it." };
    private static readonly Option<string?> ToOption = IsaOptions.One("--to", "ISA to move to.");

    private static readonly Option<bool> DryRunOption = new("--dry-run")
    {
        Description = "Only say whether it would work; the program is not touched.",
    };

    private static readonly Option<bool> JsonOption =
        new("--json") { Description = "Print the move's figures as an object." };

    public static Command Create()
    {
        ToOption.Required = true;
        Command command = new("migrate", "Move a running program to another instruction set.")
        {
            PidArgument,
            ToOption,
            DryRunOption,
            JsonOption,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        int pid = Agents.ParsePid(parsed.GetValue(PidArgument) ?? "");
        Isa target = IsaOptions.Parse(ToOption.Name, parsed.GetValue(ToOption) ?? "");
        bool dryRun = parsed.GetValue(DryRunOption);
        AgentRequest request = new(AgentProtocol.Version, AgentCommand.Migrate, target.Name(), dryRun);
        MoveReport move;
        try
        {
            move = Agents.Ask(pid, request).Move
                ?? throw new PopcornException($"the supervisor of process {pid} gave no report");
        }
        catch (AgentRefusalException e)
        {
            throw new PopcornException($"process {pid} stays where it is: {e.Message}");
        }
        if (parsed.GetValue(JsonOption))
            Console.Out.WriteLine(JsonSerializer.Serialize(move, AgentJson.Default.MoveReport));
        else
            Console.Out.WriteLine(dryRun ? DescribeDryRun(pid, move) : $"process {pid}: {Timeline.Describe(move)}");
        return (int)(move.Obstacles.Count == 0 ? ExitCode.Ok : ExitCode.Failed);
    }

    private static string DescribeDryRun(int pid, MoveReport move) => move.Obstacles.Count == 0
        ? $"process {pid} can move from {move.Source} to {move.Target}{(move.TargetEmulated ? " (emulated)" : "")}"
        : $"process {pid} cannot move to {move.Target}:\n  {string.Join("\n  ", move.Obstacles)}";
}

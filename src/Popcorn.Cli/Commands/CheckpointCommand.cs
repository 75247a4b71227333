using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Popcorn.Core;
using Popcorn.Node.Checkpoints;
using Popcorn.Node.Objects;
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
    };

    private static readonly Option<bool> StopOption =
        new("--stop") { Description = "End the program once it is saved." };
    private static readonly Option<bool> DryRunOption = new("--dry-run")
    {
        Description = "Only say what would stand in the way; the program is not touched, no file is written.",
    };

    private static readonly Option<string?> ParentOption = new("--parent")
    {
        Description = "Store only what changed since this image, which a restore then needs too.",
        HelpName = "OLD",
    };

    private static readonly Option<string?> CompressOption = new("--compress")
    {
        Description =
            "lz4 (the default, fastest), none, or a level of zstd, " +
            $"{Compression.LevelMin} to {Compression.LevelMax} (smaller).",
        HelpName = "HOW",
    };

    private static readonly Option<string?> KeyOption = new("--key")
    {
        Description = "Encrypt with what this file holds: random bytes or a pass phrase.",
        HelpName = "FILE",
    };

    private static readonly Option<bool> NoSyncOption = new("--no-sync")
    {
        Description = "Do not wait for the disk: the file survives the program's end, but not a power cut.",
    };

    private static readonly Option<bool> JsonOption = new("--json") { Description = "Print the figures as an object." };

    public static Command Create()
    {
        Command command = new("checkpoint", "Save a running program to a file.")
        {
            PidArgument,
            OutputOption,
            StopOption,
            DryRunOption,
            ParentOption,
            CompressOption,
            KeyOption,
            NoSyncOption,
            JsonOption,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        int pid = Agents.ParsePid(parsed.GetValue(PidArgument) ?? "");
        bool dryRun = parsed.GetValue(DryRunOption);
        string? output = parsed.GetValue(OutputOption);
        if (output is null && !dryRun)
            throw new UsageException("checkpoint: --output FILE says where to");
        string path = Path.GetFullPath(output ?? ".");
        string? compression = parsed.GetValue(CompressOption);
        RefuseUnknown(compression);
        AgentRequest request = new(
            AgentProtocol.Version, AgentCommand.Checkpoint, DryRun: dryRun, Path: path,
            Stop: parsed.GetValue(StopOption), NoSync: parsed.GetValue(NoSyncOption), Compression: compression,
            Key: Absolute(parsed.GetValue(KeyOption)), Parent: Absolute(parsed.GetValue(ParentOption)));
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
            return (int)(report.Obstacles.Count == 0 ? ExitCode.Ok : ExitCode.Failed);
        }
        if (dryRun)
            return PrintDryRun(pid, report);
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"process {pid}: saved to '{path}', {Timeline.Size(report.FileBytes)}, " +
            $"{(report.Processes == 1 ? "" : $"{report.Processes} processes, ")}{report.Frames} frames in " +
            $"{report.Threads} thread{(report.Threads == 1 ? "" : "s")}, down {report.DowntimeMs:0.0} ms" +
            $"{(report.Stopped ? "; it has been ended" : "")}"));
        PrintConnections(report);
        return (int)ExitCode.Ok;
    }

    private static void PrintConnections(CheckpointReport report)
    {
        if (report.WaitingConnections > 0)
        {
            Console.Out.WriteLine(
                $"TCP connections kept waiting for 'popcorn restore': {report.WaitingConnections}, " +
                $"for {ImageFilter.WhileStopped.TotalMinutes:0} minutes at most");
        }
        if (report.LostConnections > 0)
        {
            Console.Out.WriteLine(
                $"TCP connections that go on with the program: {report.LostConnections}; the image can be restored " +
                "with --force only, as if the other side had reset them");
        }
    }

    private static int PrintDryRun(int pid, CheckpointReport report)
    {
        Console.Out.WriteLine(report.Obstacles.Count == 0
            ? $"process {pid} can be saved{(report.Processes == 1 ? "" : $", with all {report.Processes} processes")}"
            : $"process {pid} cannot be saved:\n  {string.Join("\n  ", report.Obstacles)}");
        return (int)(report.Obstacles.Count == 0 ? ExitCode.Ok : ExitCode.Failed);
    }

    private static string? Absolute(string? path) => path is null ? null : Path.GetFullPath(path);

    /// <summary>Before the program is asked for.</summary>
    private static void RefuseUnknown(string? compression)
    {
        try
        {
            if (compression is not null)
                _ = Compression.Parse(compression);
        }
        catch (PopcornException e)
        {
            throw new UsageException(e.Message);
        }
    }
}

using System.CommandLine;
using Popcorn.Core;
using Popcorn.Node.Agents;
using Popcorn.Node.Checkpoints;
using Popcorn.Node.Moves;
using Popcorn.Node.Processes;
using Popcorn.Node.Programs;

namespace Popcorn.Cli.Commands;

/// <summary><c>popcorn restore</c>: lets a saved program go on, and stays as its parent like <c>run</c>.</summary>
internal static class RestoreCommand
{
    private static readonly Argument<string> FileArgument =
        new("file") { Description = "What 'popcorn checkpoint' wrote." };

    private static readonly Option<string?> IsaOption =
        IsaOptions.One("--isa", "Go on with this ISA instead of the machine's own.");

    private static readonly Option<bool> VerboseOption = new("--verbose", "-v")
    {
        Description = "Print a line on standard error for each move.",
    };

    public static Command Create()
    {
        Command command = new("restore", "Let a saved program go on, as often as you like.")
        {
            FileArgument,
            IsaOption,
            VerboseOption,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        using ImageFile image = ImageFile.Open(parsed.GetValue(FileArgument) ?? "");
        string? isaText = parsed.GetValue(IsaOption);
        Isa isa = isaText is null ? IsaHost.NativeIsa : IsaOptions.Parse(IsaOption.Name, isaText);
        ProgramFiles program = image.FindProgram();
        IsaHost host = IsaHost.Find(isa);
        bool verbose = parsed.GetValue(VerboseOption);
        return Supervision.Run(
            program, image.Program.Arguments, MoveSchedule.None, e => Timeline.Report(e, verbose),
            (launcher, options) => Adopt(image, program, host, launcher, options));
    }

    private static Supervisor Adopt(
        ImageFile image, ProgramFiles program, IsaHost host, ProcessLauncher launcher, SupervisorOptions options)
    {
        try
        {
            return Supervisor.Adopt(
                program, launcher, () =>
                    ImageRestorer.Restore(image, program, launcher, host, options.Limits), options);
        }
        catch (MoveException e)
        {
            throw new PopcornException($"cannot restore '{image.Path}' on {host.Label}: {e.Message}", e);
        }
    }
}

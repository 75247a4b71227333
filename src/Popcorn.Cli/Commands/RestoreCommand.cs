using System.CommandLine;
using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Node.Agents;
using Popcorn.Node.Checkpoints;
using Popcorn.Node.Moves;
using Popcorn.Node.Objects;
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

    private static readonly Option<bool> ForceOption = new("--force")
    {
        Description = "Go on although files have changed, the image is another user's, or TCP connections are lost.",
    };

    private static readonly Option<string[]> MapOption = new("--map")
    {
        Description = "Where a file or folder that the program had open is now; may be given several times.",
        HelpName = "OLD=NEW",
    };

    private static readonly Option<string?> KeyOption = new("--key")
    {
        Description = "What an encrypted image was encrypted with.",
        HelpName = "FILE",
    };

    private static readonly Option<bool> GiveUpOption = new("--give-up")
    {
        Description = "Do not restore it: keep nobody waiting for its TCP connections any more.",
    };

    public static Command Create()
    {
        Command command = new("restore", "Let a saved program go on, as often as you like.")
        {
            FileArgument,
            IsaOption,
            ForceOption,
            MapOption,
            KeyOption,
            GiveUpOption,
            VerboseOption,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        Supervision.BlockSignals();
        RestoreChoices choices =
            RestoreChoices.Parse(parsed.GetValue(ForceOption), parsed.GetValue(MapOption) ?? []);
        using ImageFile image = OpenImage(
            parsed.GetValue(FileArgument) ?? "", parsed.GetValue(KeyOption), verify: false);
        if (parsed.GetValue(GiveUpOption))
            return GiveUp(image);
        string? isaText = parsed.GetValue(IsaOption);
        Isa isa = isaText is null ? IsaHost.NativeIsa : IsaOptions.Parse(IsaOption.Name, isaText);
        IReadOnlyList<ProgramFiles> programs = image.FindPrograms();
        IsaHost host = IsaHost.Find(isa);
        bool verbose = parsed.GetValue(VerboseOption);
        return Supervision.Run(
            programs[image.Processes[0].Program], image.Processes[0].Arguments, MoveSchedule.None,
            e => Timeline.Report(e, verbose),
            (launcher, options) => Adopt(image, choices, programs, host, launcher, options));
    }

    private static int GiveUp(ImageFile image)
    {
        int connections = ImageFilter.LetGo(image.Identity);
        Console.Out.WriteLine(
            $"'{image.Path}': {connections} TCP connection{(connections == 1 ? "" : "s")} let go");
        return (int)ExitCode.Ok;
    }

    internal static ImageFile OpenImage(string path, string? key, bool verify = true) =>
        ImageFile.Open(path, key is null ? null : ImageOptions.ReadSecret(key), verify);

    private static Supervisor Adopt(
        ImageFile image, RestoreChoices choices, IReadOnlyList<ProgramFiles> programs, IsaHost host,
        ProcessLauncher launcher, SupervisorOptions options)
    {
        ImageRestorer restorer = new(image, choices);
        try
        {
            ExitStatus? firstStatus =
                image.Unit.FirstStatus is int status ? ExitStatus.OfWait(status) : (ExitStatus?)null;
            return Supervisor.Adopt(
                launcher, () => restorer.Restore(programs, launcher, host), firstStatus, options);
        }
        catch (Exception e) when (e is MoveException or LinuxCallException)
        {
            throw new PopcornException($"cannot restore '{image.Path}' on {host.Label}: {e.Message}", e);
        }
    }
}

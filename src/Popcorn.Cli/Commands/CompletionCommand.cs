using System.CommandLine;
using Popcorn.Core;

namespace Popcorn.Cli.Commands;

/// <summary><c>popcorn completion</c>: a script for the user's shell, made from the commands themselves.</summary>
internal static class CompletionCommand
{
    private static readonly Argument<string> ShellArgument = new("shell") { Description = "bash, zsh or fish." };

    public static Command Create()
    {
        ShellArgument.CompletionSources.Add("bash", "zsh", "fish");
        Command command = new("completion", "Print completions for a shell: eval \"$(popcorn completion bash)\".")
        {
            ShellArgument,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        string shell = parsed.GetValue(ShellArgument) ?? "";
        CompletionScript script = new([.. CommandLine.CreateRoot().Subcommands]);
        Console.Out.Write(shell switch
        {
            "bash" => script.Bash(),
            "zsh" => script.Zsh(),
            "fish" => script.Fish(),
            _ => throw new UsageException($"completion: unknown shell '{shell}', there are bash, zsh and fish"),
        });
        return (int)ExitCode.Ok;
    }
}

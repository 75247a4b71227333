using System.CommandLine;
using Popcorn.Cli.Demonstration;

namespace Popcorn.Cli.Commands;

/// <summary><c>popcorn demo</c>: an interpreter, built from its Debian source package, moved around the ring while it
/// computes.</summary>
internal static class DemoCommand
{
    private static readonly Option<string> ProgramOption = new("--program")
    {
        Description = $"The interpreter: {string.Join(", ", DemoLanguage.All.Select(l => l.Name))} [default: lua].",
        HelpName = "NAME",
    };

    public static Command Create()
    {
        ProgramOption.CompletionSources.Clear();
        ProgramOption.CompletionSources.Add([.. DemoLanguage.All.Select(l => l.Name)]);
        Command command = new(
            "demo", "Build an interpreter and move it through all three instruction sets while it computes.")
        {
            ProgramOption,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        string name = parsed.GetValue(ProgramOption) ?? "lua";
        DemoLanguage language = DemoLanguage.All.FirstOrDefault(l => l.Name == name)
            ?? throw new UsageException(
                $"{ProgramOption.Name}: '{name}' is none of {string.Join(", ", DemoLanguage.All.Select(l => l.Name))}");
        return new Demo(language, Console.Out).Run();
    }
}

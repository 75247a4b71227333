using System.CommandLine;
using Popcorn.Compiler.Driver;
using Popcorn.Core;

namespace Popcorn.Cli.Commands;

/// <summary><c>popcorn env</c>: the variables that make a package's own build system use popcorn's compiler.</summary>
internal static class EnvCommand
{
    public static Command Create()
    {
        Command command = new("env", "Print the environment to build a package in: eval \"$(popcorn env)\".");
        command.SetAction(_ => Run());
        return command;
    }

    private static int Run()
    {
        Installation installation = Installation.Locate();
        foreach ((string name, string value) in BuildEnvironment.Variables(installation))
            Console.Out.WriteLine($"export {name}={Quote(value)}");
        Console.Out.WriteLine($"export PATH={Quote(BuildEnvironment.Commands(installation))}:\"$PATH\"");
        return (int)ExitCode.Ok;
    }

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}

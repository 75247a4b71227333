using Popcorn.Cli.Commands;

namespace Popcorn.Cli;

/// <summary>Hands the command line to the command it names.</summary>
internal static class Program
{
    private static int Main(string[] arguments) => arguments switch
    {
        _ => CommandLine.Run(arguments),
    };
}

using System.CommandLine;
using Popcorn.Cli.Demonstration;

namespace Popcorn.Cli.Commands;

/// <summary><c>popcorn demo</c>: Lua, built from its Debian source package, moved around the ring while it
/// computes.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        Command command = new("demo", "Build Lua and move it through all three instruction sets while it computes.");
        command.SetAction(_ => new Demo(Console.Out).Run());
        return command;
    }
}

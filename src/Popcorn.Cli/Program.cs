using Popcorn.Cli.Commands;
using Popcorn.Compiler.Driver;
using Popcorn.Linux;

namespace Popcorn.Cli;

/// <summary>Hands the command line to the command it names.</summary>
internal static class Program
{
    private static int Main(string[] arguments) => arguments switch
    {
        // Compiler tools take gcc-style arguments and must not pass through an option parser.
        ["cc", .. string[] rest] => CcCommand.Run(rest),
        ["ar" or "ranlib" or "nm", .. string[] rest] => CcToolCommand.Run(arguments[0], rest),
        ["ld", .. string[] rest] => CcCommand.Run([.. LlvmTool.LinkerArguments(rest)]),
        ["sysroot", .. string[] rest] => CcSysrootCommand.Run(rest),
        // Arguments of a program to run may be no UTF-8, which the array we get has lost.
        _ => CommandLine.Run([.. HostProcess.Arguments().Skip(1)]),
    };
}

using Popcorn.Compiler.Driver;

namespace Popcorn.Cli.Commands;

/// <summary><c>popcorn cc</c>: its arguments are gcc's, so no option parser of ours sees them first.</summary>
internal static class CcCommand
{
    public static int Run(string[] arguments) => CrashReport.IsChild || Environment.ProcessPath is not { } self
        ? new CompilerDriver(Installation.Locate(), Console.Out, Console.Error).Run(arguments)
        : CrashReport.Guard(self, ["cc", .. arguments], Console.Error);
}

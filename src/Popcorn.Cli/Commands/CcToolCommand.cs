using Popcorn.Compiler.Driver;
using Popcorn.Core;

namespace Popcorn.Cli.Commands;

/// <summary>
/// <c>popcorn ar</c>, <c>ranlib</c>, <c>nm</c>: LLVM's own, which understand bitcode members where the system's may
/// not. </summary>
internal static class CcToolCommand
{
    public static int Run(string name, string[] arguments)
    {
        try
        {
            return LlvmTool.Run(name, arguments);
        }
        catch (PopcornException failure)
        {
            Console.Error.WriteLine($"popcorn {name}: error: {failure.Message}");
            return (int)ExitCode.Failed;
        }
    }
}

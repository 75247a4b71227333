using Popcorn.Compiler.Link;
using Popcorn.Compiler.Driver;
using Popcorn.Core;

namespace Popcorn.Cli.Commands;

/// <summary>
/// <c>popcorn sysroot</c>, for <c>./setup</c> only: normalises the runtime's objects, and generates libc's code before
/// any program needs it. </summary>
internal static class CcSysrootCommand
{
    public static int Run(string[] arguments)
    {
        try
        {
            return (int)(arguments switch
            {
                ["version"] => PrintVersion(),
                ["runtime", string folder] => Builder(folder).NormaliseRuntime(),
                ["libc", string folder] => Builder(folder).GenerateLibc(),
                _ => ExitCode.Usage,
            });
        }
        catch (PopcornException failure)
        {
            Console.Error.WriteLine($"popcorn sysroot: error: {failure.Message}");
            return (int)ExitCode.Failed;
        }
    }

    private static SysrootBuilder Builder(string folder) =>
        new(Installation.Locate().WithSysroot(folder), Console.Error);

    private static ExitCode PrintVersion()
    {
        Console.WriteLine(SysrootBuilder.Version);
        return ExitCode.Ok;
    }
}

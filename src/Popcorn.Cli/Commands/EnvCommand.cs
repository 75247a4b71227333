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
        string bin = Path.Combine(installation.Root, "build", "bin");
        // One word each: many makefiles, and libtool, take the first word of a compiler to be all of it.
        foreach (string tool in (string[])["cc", "ar", "ranlib", "nm"])
            Console.Out.WriteLine($"export {tool.ToUpperInvariant()}=popcorn-{tool}");
        Console.Out.WriteLine($"export PATH={Quote(bin)}:\"$PATH\"");
        // The machine's own libraries are for one ISA; pkg-config must not offer them.
        Console.Out.WriteLine(
            $"export PKG_CONFIG_LIBDIR={Quote(Path.Combine(installation.Sysroot, "lib", "pkgconfig"))}");
        Console.Out.WriteLine($"export CONFIG_SITE={Quote(Path.Combine(installation.Root, "tools", "config.site"))}");
        return (int)ExitCode.Ok;
    }

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}

using System.CommandLine;
using Popcorn.Core;

namespace Popcorn.Cli.Commands;

/// <summary>Every command that has options of our own; the compiler tools never come here.</summary>
internal static class CommandLine
{
    public static int Run(string[] arguments)
    {
        try
        {
            ParseResult parsed = CreateRoot().Parse(RunCommand.SeparateProgram(arguments));
            if (parsed.Errors.Count > 0)
            {
                foreach (System.CommandLine.Parsing.ParseError error in parsed.Errors)
                    Console.Error.WriteLine($"popcorn: {error.Message}");
                Console.Error.WriteLine($"Try 'popcorn {CommandPath(parsed)}--help'.");
                return (int)ExitCode.Usage;
            }
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (UsageException e)
        {
            Console.Error.WriteLine($"popcorn: {e.Message}");
            return (int)ExitCode.Usage;
        }
        catch (PopcornException e)
        {
            Console.Error.WriteLine($"popcorn: {e.Message}");
            return (int)ExitCode.Failed;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"popcorn: {e.Message}");
            return (int)ExitCode.Failed;
        }
        catch (Exception e)
        {
            Console.Error.WriteLine($"popcorn: internal bug: {e}");
            Console.Error.WriteLine($"To reproduce it: popcorn {string.Join(' ', arguments)}");
            return (int)ExitCode.InternalBug;
        }
    }

    public static RootCommand CreateRoot()
    {
        RootCommand root = new(
            "Popcorn moves a running program between x86-64, AArch64 and RISC-V.\n\n" +
            "  popcorn cc -O2 hello.c -o hello     build it once, for all three\n" +
            "  popcorn run ./hello                 run it\n" +
            "  popcorn ps                          see what runs\n" +
            "  popcorn migrate PID --to aarch64    move it while it runs\n\n" +
            "'popcorn demo' shows all of it; 'popcorn doctor' says what this machine can do.");
        root.Add(RunCommand.Create());
        root.Add(PsCommand.Create());
        root.Add(MigrateCommand.Create());
        root.Add(CheckpointCommand.Create());
        root.Add(RestoreCommand.Create());
        root.Add(InspectCommand.Create());
        root.Add(DoctorCommand.Create());
        root.Add(DemoCommand.Create());
        root.Add(EnvCommand.Create());
        root.Add(CompletionCommand.Create());
        root.Add(Tool("cc", "Compile and link C, with a C compiler's own options."));
        root.Add(Tool("ar", "Make and change archives, as ar(1)."));
        root.Add(Tool("ranlib", "Index an archive, as ranlib(1)."));
        return root;
    }

    /// <summary>Only to be listed in the help: Main hands these over before any option is looked at.</summary>
    private static Command Tool(string name, string description) => new(name, description);

    private static string CommandPath(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand ? "" : parsed.CommandResult.Command.Name + " ";
}

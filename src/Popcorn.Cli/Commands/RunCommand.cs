using System.CommandLine;
using System.Globalization;
using Popcorn.Core;
using Popcorn.Node.Agents;
using Popcorn.Node.Programs;

namespace Popcorn.Cli.Commands;

/// <summary><c>popcorn run</c>: starts a program and stays as its parent for as long as it lives.</summary>
internal static class RunCommand
{
    private static readonly Option<string?> IsaOption =
        IsaOptions.One("--isa", "Start on this ISA instead of the machine's own.");

    private static readonly Option<ulong?> EveryOption = new("--migrate-every")
    {
        Description = "Move by itself at every N-th migration point.",
        HelpName = "N",
    };

    private static readonly Option<string?> AtOption = new("--migrate-at")
    {
        Description = "Move by itself at these migration points, counted from the start.",
        HelpName = "N,N,...",
    };

    private static readonly Option<string?> RingOption = new("--ring")
    {
        Description = "ISAs to move through with --migrate-every and --migrate-at [default: all it was built for].",
        HelpName = "ISA,ISA,...",
    };

    private static readonly Option<int?> MaxOption = new("--migrations-max")
    {
        Description = "Stop moving by itself after so many moves.",
        HelpName = "N",
    };

    private static readonly Option<bool> VerboseOption = new("--verbose", "-v")
    {
        Description = "Print a line on standard error for each move.",
    };

    private static readonly Argument<string[]> ProgramArgument = new("program")
    {
        Description = "The program, as 'popcorn cc' was told to name it, and its arguments.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly string[] ValueOptions =
        [IsaOption.Name, EveryOption.Name, AtOption.Name, RingOption.Name, MaxOption.Name];

    public static Command Create()
    {
        Command command = new("run", "Run a program; it can then be moved, saved and looked into.")
        {
            IsaOption,
            EveryOption,
            AtOption,
            RingOption,
            MaxOption,
            VerboseOption,
            ProgramArgument,
        };
        command.SetAction(Run);
        return command;
    }

    /// <summary>
    /// Options behind the program's name are the program's. The parser knows no such rule, but it knows "--", which is
    /// put in before the name where the user has not done so.
    /// </summary>
    public static string[] SeparateProgram(string[] arguments)
    {
        if (arguments is not ["run", ..])
            return arguments;
        int index = 1;
        while (index < arguments.Length && arguments[index].StartsWith('-'))
        {
            if (arguments[index] == "--")
                return arguments;
            index += ValueOptions.Contains(arguments[index]) ? 2 : 1;
        }
        return index >= arguments.Length ? arguments : [.. arguments[..index], "--", .. arguments[index..]];
    }

    private static int Run(ParseResult parsed)
    {
        string[] command = parsed.GetValue(ProgramArgument) ?? [];
        string? isaText = parsed.GetValue(IsaOption);
        Isa isa = isaText is null ? IsaHost.NativeIsa : IsaOptions.Parse(IsaOption.Name, isaText);
        ProgramFiles program = ProgramFiles.Find(command[0]);
        MoveSchedule schedule = ReadSchedule(parsed, program);
        if (!program.Has(isa))
        {
            string built = string.Join(", ", program.Isas.Select(i => i.Name()));
            throw new ProgramException(
                ProgramRefusal.MissingIsa, $"cannot run '{command[0]}' on {isa.Name()}: it was built for {built}");
        }
        IsaHost host = IsaHost.Find(isa);
        return Supervision.Run(
            program, command, schedule, parsed.GetValue(VerboseOption),
            (launcher, options) => Supervisor.Start(program, launcher, host, options));
    }

    private static MoveSchedule ReadSchedule(ParseResult parsed, ProgramFiles program)
    {
        ulong? every = parsed.GetValue(EveryOption);
        string? at = parsed.GetValue(AtOption);
        string? ringText = parsed.GetValue(RingOption);
        int max = parsed.GetValue(MaxOption) ?? int.MaxValue;
        if (every is not null && at is not null)
            throw new UsageException($"{EveryOption.Name} and {AtOption.Name} cannot both be given");
        if (every is null && at is null)
        {
            return ringText is null
                ? MoveSchedule.None
                : throw new UsageException($"{RingOption.Name} needs {EveryOption.Name} or {AtOption.Name}");
        }
        IReadOnlyList<Isa> ring = ringText is null ? program.Isas : IsaOptions.ParseList(RingOption.Name, ringText);
        if (ring.Count == 0)
            throw new UsageException($"{RingOption.Name}: names no ISA");
        foreach (Isa isa in ring.Where(i => !program.Has(i)))
            throw new UsageException($"{RingOption.Name}: '{program.Path}' was not built for {isa.Name()}");
        if (max < 0)
            throw new UsageException($"{MaxOption.Name}: value is too small ({max}), at least 0 is allowed");
        if (every == 0)
            throw new UsageException($"{EveryOption.Name}: value is too small (0), at least 1 is allowed");
        return every is ulong points
            ? MoveSchedule.Every(points, ring, max)
            : MoveSchedule.At(ReadPoints(at ?? ""), ring, max);
    }

    private static List<ulong> ReadPoints(string text)
    {
        List<ulong> points = [];
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!ulong.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out ulong point) || point == 0)
                throw new UsageException(
                    $"{AtOption.Name}: '{part}' is not the number of a migration point (1, 2, ...)");
            points.Add(point);
        }
        return points;
    }
}

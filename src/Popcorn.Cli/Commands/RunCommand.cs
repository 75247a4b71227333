using System.CommandLine;
using System.Globalization;
using Popcorn.Core;
using Popcorn.Linux;
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

    private static readonly Option<double?> GrowthOption = new("--growth")
    {
        Description = "With --migrate-every: each stretch is so many times as long as the one before [default: 1].",
        HelpName = "FACTOR",
    };

    private static readonly Option<string?> LogOption = new("--log")
    {
        Description = "Add a line of JSON to this file for each start, move and failed move, and print none of them.",
        HelpName = "FILE",
    };

    private static readonly Option<string?> NameOption = new("--argv0")
    {
        Description = "What the program sees as its own name [default: PROGRAM as given].",
        HelpName = "NAME",
    };

    private static readonly Option<bool> AllOption = new("--all")
    {
        Description = "PROGRAM is any command, for example 'make check': every program built by 'popcorn cc' that it "
            + "or its children start is run with these options.",
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
        
    [
        IsaOption.Name, EveryOption.Name, AtOption.Name, RingOption.Name, MaxOption.Name, GrowthOption.Name,
        LogOption.Name, NameOption.Name,
    ];

    public static Command Create()
    {
        Command command = new("run", "Run a program; it can then be moved, saved and looked into.")
        {
            IsaOption,
            EveryOption,
            AtOption,
            RingOption,
            MaxOption,
            GrowthOption,
            LogOption,
            NameOption,
            AllOption,
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
        if (parsed.GetValue(AllOption))
            return RunAll(parsed, command);
        Supervision.BlockSignals();
        ProgramFiles program = ProgramFiles.Find(command[0]);
        MoveSchedule schedule = ReadSchedule(parsed, program);
        if (!program.Has(isa))
        {
            string built = string.Join(", ", program.Isas.Select(i => i.Name()));
            throw new ProgramException(
                ProgramRefusal.MissingIsa, $"cannot run '{command[0]}' on {isa.Name()}: it was built for {built}");
        }
        IsaHost host = IsaHost.Find(isa);
        if (parsed.GetValue(NameOption) is string name)
            command = [name, .. command[1..]];
        return Supervision.Run(
            program, command, schedule, Reporter(parsed, program),
            (launcher, options) => Supervisor.Start(launcher, host, options));
    }

    private static Action<SupervisorEvent> Reporter(ParseResult parsed, ProgramFiles program)
    {
        bool verbose = parsed.GetValue(VerboseOption);
        if (parsed.GetValue(LogOption) is not string path)
            return e => Timeline.Report(e, verbose);
        MoveLog log = new(Path.GetFullPath(path), program.Path);
        return log.Add;
    }

    /// <summary>
    /// Becomes the command, with what the runtime in each program needs to start again below a supervisor of its own.
    /// </summary>
    private static int RunAll(ParseResult parsed, string[] command)
    {
        if (parsed.GetValue(NameOption) is not null)
            throw new UsageException($"{AllOption.Name} and {NameOption.Name} cannot both be given");
        List<string> words = [Environment.ProcessPath ?? "popcorn", "run"];
        AddValue(words, IsaOption.Name, parsed.GetValue(IsaOption));
        AddValue(words, EveryOption.Name, parsed.GetValue(EveryOption));
        AddValue(words, AtOption.Name, parsed.GetValue(AtOption));
        AddValue(words, RingOption.Name, parsed.GetValue(RingOption));
        AddValue(words, MaxOption.Name, parsed.GetValue(MaxOption));
        AddValue(words, GrowthOption.Name, parsed.GetValue(GrowthOption));
        if (parsed.GetValue(LogOption) is string log)
            AddValue(words, LogOption.Name, Path.GetFullPath(log));
        if (parsed.GetValue(VerboseOption))
            words.Add(VerboseOption.Name);
        if (words.Any(word => word.Contains('\n', StringComparison.Ordinal)))
            throw new UsageException($"{AllOption.Name}: a value with a line break cannot be passed on");
        const string variable = "POPCORN_RUN";
        throw HostProcess.Execute(
            command, [.. HostProcess.EnvironmentTexts(variable), $"{variable}={string.Join('\n', words)}"]);
    }

    private static void AddValue(List<string> words, string option, object? value)
    {
        if (value is not null)
            words.AddRange([option, string.Create(CultureInfo.InvariantCulture, $"{value}")]);
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
        double growth = parsed.GetValue(GrowthOption) ?? 1;
        if (!(growth >= 1 && growth <= 1e6))
            throw new UsageException($"{GrowthOption.Name}: value must be from 1 to 1000000, not {growth}");
        if (max < 0)
            throw new UsageException($"{MaxOption.Name}: value is too small ({max}), at least 0 is allowed");
        if (every == 0)
            throw new UsageException($"{EveryOption.Name}: value is too small (0), at least 1 is allowed");
        return every is ulong points
            ? MoveSchedule.Every(points, ring, max, growth)
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

namespace Popcorn.Compiler.Driver;

/// <summary>
/// Reads gcc-style arguments into a <see cref="DriverRequest"/>. Options the driver itself acts on are taken out, link
/// options are interpreted, refused ones end the parse with their reason, and the rest goes to clang untouched, so that
/// clang is who complains about what it does not know.
/// </summary>
public sealed class DriverParser
{
    // Options of clang's that take their value as the next argument; the joined forms need no table.
    private static readonly HashSet<string> FrontEndWithValue = new(StringComparer.Ordinal)
    {
        "-D", "-U", "-I", "-F", "-include", "-imacros", "-isystem", "-iquote", "-idirafter", "-iprefix", "-iwithprefix",
        "-iwithprefixbefore", "-isysroot", "-Xclang", "-Xpreprocessor", "-mllvm", "--param", "-include-pch",
        "-dumpbase",
        "-aux-info", "-fdebug-compilation-dir", "-working-directory",
    };

    private readonly List<DriverInput> _inputs = [];
    private readonly List<string> _frontEnd = [];
    private readonly List<string> _directories = [];
    private readonly List<string> _required = [];
    private readonly LinkerOptionReader _linkerOptions = new();
    private readonly Stack<bool> _savedWholeArchives = new();
    private readonly List<string> _arguments;
    private int _next;
    private string? _language;
    private bool _wholeArchives;
    private DriverAction _action = DriverAction.Link;
    private DependencyFile _dependencies;
    private DriverRequest _request = new()
    {
        Action = DriverAction.Link, Inputs = [], FrontEndArguments = [], LibraryDirectories = [], RequiredSymbols = [],
    };

    private DriverParser(List<string> arguments) => _arguments = arguments;

    /// <exception cref="DriverException">An option is refused, or misses its value.</exception>
    public static DriverRequest Parse(IEnumerable<string> arguments)
    {
        DriverParser parser = new(ResponseFile.Expand(arguments));
        while (parser._next < parser._arguments.Count)
            parser.One(parser._arguments[parser._next++]);
        parser._linkerOptions.End();
        return parser._request with
        {
            Action = parser._action,
            Inputs = parser._inputs,
            FrontEndArguments = parser._frontEnd,
            LibraryDirectories = parser._directories,
            RequiredSymbols = parser._required,
            Dependencies = parser._dependencies,
        };
    }

    private void One(string argument)
    {
        if (argument.Length == 0)
            throw new DriverException("an argument is empty");
        if (argument[0] != '-' || argument == "-")
        {
            AddFile(argument);
            return;
        }

        if (TakeAction(argument) || TakeOwn(argument) || TakeLink(argument) || TakeDependency(argument))
            return;
        if (RefusedOptions.ReasonFor(argument) is string reason)
            throw new DriverException($"'{argument}' is refused: {reason}");
        if (RefusedOptions.IsIgnored(argument))
        {
            // -pthread is also a macro that headers test.
            if (argument.StartsWith("-pthread", StringComparison.Ordinal))
                _frontEnd.Add("-D_REENTRANT=1");
            return;
        }

        TakeFrontEnd(argument);
    }

    private void AddFile(string path)
    {
        string? language = _language;
        if (path == "-" && language is null && _action is not (DriverAction.Preprocess))
            throw new DriverException("-E or -x is required when the input is from standard input");
        AddInput(InputLanguage.KindOf(path, language), path, language);
    }

    private void AddInput(InputKind kind, string name, string? language) =>
        _inputs.Add(new DriverInput(kind, name, language) { WholeArchive = _wholeArchives });

    private bool TakeAction(string argument)
    {
        switch (argument)
        {
            case "-c":
                Stop(DriverAction.Compile);
                return true;
            case "-S":
                Stop(DriverAction.Assembly);
                return true;
            case "-E":
                Stop(DriverAction.Preprocess);
                _frontEnd.Add(argument);
                return true;
            case "-M" or "-MM":
                Stop(DriverAction.Preprocess);
                _frontEnd.Add(argument);
                return true;
            case "-fsyntax-only":
                Stop(DriverAction.Syntax);
                return true;
            case "-emit-llvm":
                return true;
            default:
                return false;
        }
    }

    // The earliest stage wins, as with gcc: -E before -S before -c.
    private void Stop(DriverAction action)
    {
        if (action > _action)
            _action = action;
    }

    private bool TakeOwn(string argument)
    {
        switch (argument)
        {
            case "-v":
                _request = _request with { Verbose = true };
                return true;
            case "-###":
                _request = _request with { DryRun = true, Verbose = true };
                return true;
            case "-save-temps" or "--save-temps" or "-save-temps=cwd" or "-save-temps=obj":
                _request = _request with { SaveTemps = true };
                return true;
            case "-fpopcorn-points=none" or "-fpopcorn-no-points":
                _request = _request with { Points = false };
                return true;
            case "-fpopcorn-no-sites":
                _request = _request with { Sites = false, Points = false };
                return true;
            case "-nostdinc" or "-nostdlibinc":
                _request = _request with { StandardIncludes = false };
                _frontEnd.Add(argument);
                return true;
        }

        if (argument.StartsWith("-o", StringComparison.Ordinal))
            _request = _request with { Output = Value(argument, "-o") };
        else if (argument.StartsWith("-x", StringComparison.Ordinal))
            _language = InputLanguage.Parse(Value(argument, "-x"));
        else if (argument.StartsWith("-O", StringComparison.Ordinal))
            TakeOptimisation(argument);
        else if (SanitizerOptions.ForFrontEnd(argument) is IReadOnlyList<string> sanitizer)
            _frontEnd.AddRange(sanitizer);
        else if (argument.StartsWith("--emit=ir-after:", StringComparison.Ordinal))
            _request = _request with { EmitAfterPass = argument["--emit=ir-after:".Length..] };
        else if (argument.StartsWith("-fpopcorn-", StringComparison.Ordinal))
            throw new DriverException(
                $"'{argument}' is not known; there are -fpopcorn-points=none and -fpopcorn-no-sites");
        else
            return false;
        return true;
    }

    private void TakeOptimisation(string argument)
    {
        string level = argument[2..];
        _request = _request with
        {
            Optimisation = level switch
            {
                "" => "1",
                "0" or "1" or "2" or "3" or "s" or "z" or "g" or "fast" => level,
                _ when level.All(char.IsAsciiDigit) => "3",
                _ => throw new DriverException($"invalid optimisation level '{argument}'"),
            },
        };
        _frontEnd.Add(argument);
    }

    private bool TakeLink(string argument)
    {
        switch (argument)
        {
            case "-s":
                _request = _request with { StripAll = true };
                return true;
            case "-r":
                _request = _request with { Relocatable = true };
                return true;
            case "-nostdlib":
                _request = _request with { StandardLibraries = false, StartFiles = false };
                return true;
            case "-nodefaultlibs" or "-nolibc":
                _request = _request with { StandardLibraries = false };
                return true;
            case "-nostartfiles":
                _request = _request with { StartFiles = false };
                return true;
            case "-Xlinker":
                TakeLinkerWord(NextValue(argument));
                return true;
            case "-Xassembler":
                NextValue(argument);
                return true;
            case "-z" or "-A" or "-G":
                NextValue(argument);
                return true;
            case "-T" or "-e":
                throw Refused(argument + " " + NextValue(argument));
        }

        if (argument.StartsWith("-Wl,", StringComparison.Ordinal))
            Array.ForEach(argument["-Wl,".Length..].Split(','), TakeLinkerWord);
        else if (argument.StartsWith("-Wa,", StringComparison.Ordinal))
            return true;
        else if (argument.StartsWith("-L", StringComparison.Ordinal))
            _directories.Add(Value(argument, "-L"));
        else if (argument.StartsWith("-l", StringComparison.Ordinal))
            AddInput(InputKind.Library, Value(argument, "-l"), language: null);
        else if (argument == "-u")
            _required.Add(NextValue(argument));
        else
            return false;
        return true;
    }

    private void TakeLinkerWord(string word)
    {
        if (_linkerOptions.Read(word) is LinkerOption option)
            Apply(option.Name, option.Value);
    }

    private void Apply(string option, string? value)
    {
        switch (LinkerOptionTable.Effect(LinkerOptionTable.Canonical(option)))
        {
            case LinkerOptionEffect.Ignore:
                break;
            case LinkerOptionEffect.StripAll:
                _request = _request with { StripAll = true };
                break;
            case LinkerOptionEffect.Relocatable:
                _request = _request with { Relocatable = true };
                break;
            case LinkerOptionEffect.Map:
                _request = _request with { MapFile = value };
                break;
            case LinkerOptionEffect.RequireSymbol:
                _required.Add(value ?? throw new DriverException($"linker option '{option}' misses its value"));
                break;
            case LinkerOptionEffect.WholeArchives:
                _wholeArchives = true;
                break;
            case LinkerOptionEffect.NeededMembers:
                _wholeArchives = false;
                break;
            case LinkerOptionEffect.SaveState:
                _savedWholeArchives.Push(_wholeArchives);
                break;
            case LinkerOptionEffect.RestoreState:
                _ = _savedWholeArchives.TryPop(out _wholeArchives);
                break;
            case LinkerOptionEffect.Input:
                AddInput(InputKind.LinkerFile, option, language: null);
                break;
            case LinkerOptionEffect.Library:
                AddInput(InputKind.Library, value ?? option["-l".Length..], language: null);
                break;
            case LinkerOptionEffect.Directory:
                _directories.Add(value ?? option["-L".Length..]);
                break;
            default:
                throw Refused("-Wl," + option);
        }
    }

    private static DriverException Refused(string option) => new(
        $"'{option}' is refused: the layout of the three executables is popcorn's, since every symbol must have one "
        + "address in all");

    private bool TakeDependency(string argument)
    {
        if (argument is "-MD" or "-MMD")
        {
            _dependencies = _dependencies with { Wanted = true };
            _frontEnd.Add(argument);
        }
        else if (argument is "-MP" or "-MG" or "-MV")
        {
            _frontEnd.Add(argument);
        }
        else if (argument.StartsWith("-MF", StringComparison.Ordinal))
        {
            _dependencies = _dependencies with { FileGiven = true };
            _frontEnd.AddRange(["-MF", Value(argument, "-MF")]);
        }
        else if (
            argument.StartsWith("-MT", StringComparison.Ordinal)
            || argument.StartsWith("-MQ", StringComparison.Ordinal))
        {
            _dependencies = _dependencies with { TargetGiven = true };
            _frontEnd.AddRange([argument[..3], Value(argument, argument[..3])]);
        }
        else if (argument.StartsWith("-Wp,", StringComparison.Ordinal))
        {
            TakePreprocessorList(argument["-Wp,".Length..].Split(','));
        }
        else
        {
            return false;
        }

        return true;
    }

    // The kernel's style of -Wp,-MD,FILE and plain -Wp,-DX.
    private void TakePreprocessorList(string[] options)
    {
        for (int i = 0; i < options.Length; i++)
        {
            if (options[i] is "-MD" or "-MMD" && i + 1 < options.Length)
            {
                _dependencies = _dependencies with { Wanted = true, FileGiven = true };
                _frontEnd.AddRange([options[i], "-MF", options[i + 1]]);
                i++;
            }
            else
            {
                _frontEnd.AddRange(["-Xpreprocessor", options[i]]);
            }
        }
    }

    private void TakeFrontEnd(string argument)
    {
        _frontEnd.Add(argument);
        if (FrontEndWithValue.Contains(argument))
            _frontEnd.Add(NextValue(argument));
    }

    private string Value(string argument, string option) =>
        argument.Length > option.Length ? argument[option.Length..] : NextValue(option);

    private string NextValue(string option)
    {
        if (_next >= _arguments.Count)
            throw new DriverException($"argument to '{option}' is missing");
        return _arguments[_next++];
    }
}

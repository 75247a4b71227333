namespace Popcorn.Compiler.Driver;

/// <summary>Where the driver stops.</summary>
public enum DriverAction
{
    /// <summary>Compile the sources and link: no <c>-c</c>, <c>-S</c> or <c>-E</c>.</summary>
    Link,

    /// <summary><c>-c</c>: one portable bitcode object for each source.</summary>
    Compile,

    /// <summary><c>-S</c>: one text file of portable LLVM IR for each source. There is no one machine to write assembly
    /// for.</summary>
    Assembly,

    /// <summary><c>-E</c>, <c>-M</c>, <c>-MM</c>: clang's preprocessor, nothing of ours.</summary>
    Preprocess,

    /// <summary><c>-fsyntax-only</c>: clang's checks, no output.</summary>
    Syntax,
}

/// <summary>What one input of the command line is.</summary>
public enum InputKind
{
    /// <summary>A C source for clang.</summary>
    Source,

    /// <summary>LLVM IR, text or bitcode named <c>.ll</c> or given with <c>-x ir</c>: optimised and instrumented like
    /// C.</summary>
    Ir,

    /// <summary>Everything the linker reads: bitcode objects and archives, told apart by content.</summary>
    LinkerFile,

    /// <summary><c>-lNAME</c>.</summary>
    Library,
}

/// <param name="Kind">How to treat it.</param>
/// <param name="Name">Path as the user wrote it, <c>-</c> for standard input, or the library's name without
/// <c>-l</c>.</param>
/// <param name="Language">The <c>-x</c> language in force for a source, or null.</param>
public sealed record DriverInput(InputKind Kind, string Name, string? Language)
{
    /// <summary><c>--whole-archive</c> is in force: if it is an archive, all its members are linked.</summary>
    public bool WholeArchive { get; init; }
}

/// <summary>How <c>-MD</c> and its relatives were given; clang writes the file, the driver supplies the names it
/// defaults.</summary>
/// <param name="Wanted">A dependency file is written beside the object.</param>
/// <param name="FileGiven"><c>-MF</c> was given.</param>
/// <param name="TargetGiven"><c>-MT</c> or <c>-MQ</c> was given.</param>
public readonly record struct DependencyFile(bool Wanted, bool FileGiven, bool TargetGiven);

/// <summary>One command line of <c>popcorn cc</c>, understood. Immutable; made by <see cref="DriverParser"/>.</summary>
public sealed record DriverRequest
{
    public required DriverAction Action { get; init; }

    public required IReadOnlyList<DriverInput> Inputs { get; init; }

    /// <summary>Arguments that concern clang's front end, in the order given.</summary>
    public required IReadOnlyList<string> FrontEndArguments { get; init; }

    public string? Output { get; init; }

    /// <summary>The letter or digit after the last <c>-O</c>: 0 1 2 3 s z g fast.</summary>
    public string Optimisation { get; init; } = "0";

    public DependencyFile Dependencies { get; init; }

    public required IReadOnlyList<string> LibraryDirectories { get; init; }

    /// <summary><c>-u SYMBOL</c>: treated as referenced.</summary>
    public required IReadOnlyList<string> RequiredSymbols { get; init; }

    /// <summary><c>-fpopcorn-points=none</c> clears it: the module gets no migration points.</summary>
    public bool Points { get; init; } = true;

    /// <summary><c>-fpopcorn-no-sites</c> clears it, for benchmarks: the program then cannot be moved.</summary>
    public bool Sites { get; init; } = true;

    /// <summary><c>--emit=ir-after:PASS</c>, or null.</summary>
    public string? EmitAfterPass { get; init; }

    /// <summary><c>-r</c>: the inputs become one object.</summary>
    public bool Relocatable { get; init; }

    public string? MapFile { get; init; }

    public bool Verbose { get; init; }

    public bool DryRun { get; init; }

    public bool SaveTemps { get; init; }

    public bool StripAll { get; init; }

    public bool StandardIncludes { get; init; } = true;

    public bool StandardLibraries { get; init; } = true;

    public bool StartFiles { get; init; } = true;
}

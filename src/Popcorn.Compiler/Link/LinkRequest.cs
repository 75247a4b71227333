namespace Popcorn.Compiler.Link;

/// <param name="Path">File, or the name of a library to look for.</param>
/// <param name="Display">How messages call it: a source's own name for an object that was compiled on the way.</param>
/// <param name="IsLibrary">Given with <c>-l</c>.</param>
/// <param name="WholeArchive">If it is an archive, all its members are linked, not only those that are
/// needed.</param>
internal readonly record struct LinkInput(string Path, string Display, bool IsLibrary, bool WholeArchive);

/// <summary>What to link, in command-line order.</summary>
internal sealed record LinkRequest
{
    public required IReadOnlyList<LinkInput> Inputs { get; init; }

    public required IReadOnlyList<string> LibraryDirectories { get; init; }

    public required IReadOnlyList<string> RequiredSymbols { get; init; }

    public required string Output { get; init; }

    /// <summary>Link libc.</summary>
    public bool StandardLibraries { get; init; } = true;

    /// <summary>Link the start-up code and the runtime.</summary>
    public bool StartFiles { get; init; } = true;

    /// <summary>Without sites the program runs on every ISA but cannot be moved.</summary>
    public bool Sites { get; init; } = true;

    /// <summary>Leave symbols and debug information out of the executables.</summary>
    public bool Strip { get; init; }

    public string? MapFile { get; init; }
}

namespace Popcorn.Tidy.Tests;

/// <summary>A tracked text file.</summary>
/// <param name="Path">From the repository root, with forward slashes.</param>
internal sealed record SourceFile(string Path, string Text)
{
    public IReadOnlyList<string> Lines { get; } = Text.TrimEnd('\n').Split('\n');

    public bool IsCSharp => Path.EndsWith(".cs", StringComparison.Ordinal) && !IsGenerated;

    /// <summary>Code people write: C#, C, assembly, shell. Documents may quote what code may not say.</summary>
    public bool IsCode => IsCSharp || Path.EndsWith(".c", StringComparison.Ordinal)
        || Path.EndsWith(".h", StringComparison.Ordinal) || Path.EndsWith(".S", StringComparison.Ordinal)
        || Text.StartsWith("#!", StringComparison.Ordinal);

    public bool IsGenerated => Path.EndsWith(".g.cs", StringComparison.Ordinal);

    /// <summary><c>Popcorn.X</c> of a file in src/Popcorn.X; empty elsewhere.</summary>
    public string Project => Path.StartsWith("src/", StringComparison.Ordinal) ? Path.Split('/')[1] : "";
}

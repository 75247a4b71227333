namespace Popcorn.Core;

public enum DiagnosticSeverity
{
    Note,
    Warning,
    Error,
}

/// <summary>
/// One statement about input that is wrong: IR, ELF, state map, image, command line.
/// </summary>
/// <param name="Code">Stable code such as <c>PC0414</c>, listed in docs/diagnostics.md.</param>
/// <param name="Where">File, file:line, or file(section+0xoffset); empty when nothing better than the command is known.</param>
/// <param name="Sentence">What is wrong and what to do, starting lower-case.</param>
public sealed record Diagnostic(string Code, DiagnosticSeverity Severity, string Where, string Sentence)
{
    /// <summary>The form compilers use, so editors find it: <c>where: error: sentence [code]</c>.</summary>
    public override string ToString()
    {
        string severity = Severity switch
        {
            DiagnosticSeverity.Note => "note",
            DiagnosticSeverity.Warning => "warning",
            _ => "error",
        };
        string prefix = Where.Length == 0 ? "" : Where + ": ";
        return $"{prefix}{severity}: {Sentence} [{Code}]";
    }
}

/// <summary>Collects diagnostics; the tool decides what is fatal. Not thread-safe: one sink per worker.</summary>
public sealed class DiagnosticSink
{
    private readonly List<Diagnostic> _diagnostics = [];

    public IReadOnlyList<Diagnostic> All => _diagnostics;

    public bool HasErrors => _diagnostics.Exists(d => d.Severity == DiagnosticSeverity.Error);

    public void Add(Diagnostic diagnostic) => _diagnostics.Add(diagnostic);

    public void Error(string code, string where, string sentence) =>
        Add(new Diagnostic(code, DiagnosticSeverity.Error, where, sentence));

    public void Warning(string code, string where, string sentence) =>
        Add(new Diagnostic(code, DiagnosticSeverity.Warning, where, sentence));
}

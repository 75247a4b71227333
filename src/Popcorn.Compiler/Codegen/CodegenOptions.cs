namespace Popcorn.Compiler;

/// <summary>How one portable module becomes objects.</summary>
public sealed record CodegenOptions
{
    public OptimisationLevel Level { get; init; } = OptimisationLevel.O2;

    /// <summary>How many live values a site may carry before the cheapest go to the data stack.</summary>
    public int LiveValuesMax { get; init; } = 16;

    /// <summary>Name of the pass whose result is written to <see cref="EmitPath"/> as textual IR; null for
    /// none.</summary>
    public string? EmitAfterPass { get; init; }

    public string? EmitPath { get; init; }

    /// <summary>Off only to measure what migration points cost.</summary>
    public bool InsertPoints { get; init; } = true;

    /// <summary>Off only to measure what sites cost; such a program cannot be moved.</summary>
    public bool RecordSites { get; init; } = true;

    /// <summary>Run LLVM's verifier after every pass and not only after the last.</summary>
    public bool VerifyEachPass { get; init; }

    /// <summary>ISAs compiled at the same time.</summary>
    public int ThreadsMax { get; init; } = 1;
}

namespace Popcorn.Fuzz;

internal enum TortureOutcome
{
    /// <summary>Passed unmoved and in the ring.</summary>
    Passed,

    /// <summary>Clang for this machine does not compile it either, or what it compiles fails as well.</summary>
    NotForClang,

    NotBuilt,
    FailedUnmoved,
    FailedMoved,
}

/// <summary>What became of one case at one optimisation level, and why when it did not pass.</summary>
internal sealed record TortureResult(string Name, string Level, TortureOutcome Outcome, string Reason = "");

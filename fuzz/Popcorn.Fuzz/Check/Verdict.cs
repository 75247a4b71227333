namespace Popcorn.Fuzz;

internal enum VerdictKind
{
    /// <summary>Unmoved and moved runs print what the reference compiler's program prints.</summary>
    Same,

    /// <summary>The reference compiler or its program failed: nothing can be said.</summary>
    NoReference,

    /// <summary><c>popcorn cc</c> failed where the reference compiler did not.</summary>
    NotBuilt,

    /// <summary>Without any move the program already does something else.</summary>
    UnmovedDiffers,

    /// <summary>Only the moved program does something else.</summary>
    MovedDiffers,
}

/// <summary>What came out of one check, and enough to understand it.</summary>
internal sealed record Verdict(VerdictKind Kind, string Detail = "")
{
    internal bool IsFailure => Kind is VerdictKind.NotBuilt or VerdictKind.UnmovedDiffers or VerdictKind.MovedDiffers;
}

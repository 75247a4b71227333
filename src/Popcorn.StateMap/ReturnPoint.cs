namespace Popcorn.StateMap;

/// <summary>One return address of instrumented code: whose it is and where the live values are.</summary>
/// <param name="IsResume">The address lies in the function's resume clone.</param>
/// <param name="Locations">One per live value of the site, in the site's order.</param>
public sealed record ReturnPoint(
    ulong Address, int FunctionIndex, int SiteIndex, bool IsResume, IReadOnlyList<ValueLocation> Locations);

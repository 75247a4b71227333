namespace Popcorn.StateMap;

/// <summary>What a site's call is; the numbers are those of <c>.pop.sites</c>.</summary>
public enum SiteKind : byte
{
    Call = 0,
    Point = 1,
    SystemCall = 2,
}

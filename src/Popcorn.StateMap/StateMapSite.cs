namespace Popcorn.StateMap;

/// <summary>What every ISA agrees on about a site.</summary>
public sealed record StateMapSite(int FunctionIndex, int SiteIndex, SiteKind Kind, IReadOnlyList<LiveValueType> Types);

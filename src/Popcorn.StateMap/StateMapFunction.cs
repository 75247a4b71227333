namespace Popcorn.StateMap;

/// <summary>A function with sites.</summary>
/// <param name="Address">Its address, the same on every ISA.</param>
/// <param name="SizeBytes">The span it has on every ISA (the largest of its sizes, padded).</param>
/// <param name="FirstSite">Index, over the whole map, of its site 0.</param>
public readonly record struct StateMapFunction(
    int Index, ulong Address, uint SizeBytes, int FirstSite, int SiteCount);

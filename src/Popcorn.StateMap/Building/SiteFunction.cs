namespace Popcorn.StateMap.Building;

/// <summary>One entry of a linked executable's <c>.pop.sites</c>.</summary>
/// <param name="ResumeAddress">On the executable's own ISA.</param>
internal sealed record SiteFunction(
    string Name, ulong Address, ulong ResumeAddress, IReadOnlyList<SiteModel> Sites);

namespace Popcorn.StateMap;

/// <summary>What only people need to know of a site.</summary>
/// <param name="Callee">Empty for an indirect call.</param>
/// <param name="File">Empty when no line is known.</param>
/// <param name="Line">0 when no line is known.</param>
/// <param name="ValueNames">Source names, one per live value, empty where none is known.</param>
public sealed record SiteDetail(string Callee, string File, int Line, IReadOnlyList<string> ValueNames)
{
    /// <summary>What a point's code keeps in its <see cref="SavedArea"/>, in the order of its slots.</summary>
    public IReadOnlyList<SavedValue> Saved { get; init; } = [];
}

namespace Popcorn.Tidy.Tests;

/// <summary>One breach of a rule.</summary>
/// <param name="Rule">Short name, as the exemption list uses it.</param>
/// <param name="What">What is there, as in "X is banned".</param>
/// <param name="Instead">What to write instead.</param>
internal sealed record Violation(string Rule, string Path, int Line, string What, string Instead)
{
    public override string ToString() => $"{Path}:{Line}: {What} is banned, {Instead}";
}

namespace Popcorn.Linux;

/// <summary>A program to start as our child.</summary>
/// <param name="Path">File to execute; no search.</param>
/// <param name="Arguments">argv, with argv[0].</param>
/// <param name="Environment">"NAME=value" texts.</param>
/// <param name="Descriptors">(ours, number in the child): duplicated without close-on-exec.</param>
/// <param name="BlockedSignals">The child's signal mask.</param>
/// <param name="DefaultSignals">Signals whose disposition must not be inherited as "ignored".</param>
public sealed record SpawnRequest(
    string Path,
    IReadOnlyList<string> Arguments,
    IReadOnlyList<string> Environment,
    IReadOnlyList<(int Ours, int Target)> Descriptors,
    SignalSet BlockedSignals,
    SignalSet DefaultSignals);

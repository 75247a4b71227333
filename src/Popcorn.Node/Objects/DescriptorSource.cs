using Popcorn.Linux;

namespace Popcorn.Node.Objects;

/// <summary>A process whose descriptors are looked at, with those of them that are the program's.</summary>
/// <param name="Label">What a message about one of them begins with, to say whose it is; empty for the only
/// process.</param>
public sealed record DescriptorSource(ChildProcess Process, IReadOnlyList<DescriptorFacts> Descriptors, string Label);

/// <summary>A descriptor of one of the processes.</summary>
/// <param name="Process">Index of its process.</param>
public readonly record struct Holder(int Process, DescriptorFacts Facts);

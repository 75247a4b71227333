using Popcorn.Linux;

namespace Popcorn.Node.Objects;

/// <summary>A process whose descriptors are looked at, with those of them that are the program's.</summary>
public sealed record DescriptorSource(ChildProcess Process, IReadOnlyList<DescriptorFacts> Descriptors);

/// <summary>A descriptor of one of the processes.</summary>
/// <param name="Process">Index of its process.</param>
public readonly record struct Holder(int Process, DescriptorFacts Facts);

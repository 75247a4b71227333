using Popcorn.Core;

namespace Popcorn.StateMap;

/// <summary>A whole state map in memory, as the builder makes it and the writer encodes it.</summary>
public sealed record StateMapModel
{
    public required ReadOnlyMemory<byte> BuildId { get; init; }

    /// <summary>In address order.</summary>
    public required IReadOnlyList<FunctionModel> Functions { get; init; }

    /// <summary>Per ISA, in address order.</summary>
    public required IReadOnlyDictionary<Isa, IReadOnlyList<ReturnPoint>> ReturnPoints { get; init; }
}

/// <summary>A function with sites.</summary>
/// <param name="ResumeAddresses">Address of the resume clone, per ISA.</param>
public sealed record FunctionModel(
    string Name, uint Address, uint SizeBytes, IReadOnlyDictionary<Isa, uint> ResumeAddresses,
    IReadOnlyList<SiteModel> Sites);

/// <summary>A site: what every ISA agrees on, and what people want to know.</summary>
public sealed record SiteModel(SiteKind Kind, IReadOnlyList<LiveValueType> Types, SiteDetail Detail);

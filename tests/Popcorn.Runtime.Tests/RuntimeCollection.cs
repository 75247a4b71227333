namespace Popcorn.Runtime.Tests;

/// <summary>The tests that share one build of the runtime's programs.</summary>
[CollectionDefinition(Name)]
public sealed class RuntimeCollection : ICollectionFixture<RuntimePrograms>
{
    public const string Name = "runtime programs";
}

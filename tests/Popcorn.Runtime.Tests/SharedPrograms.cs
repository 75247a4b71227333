namespace Popcorn.Runtime.Tests;

/// <summary>The tests that share one build of the runtime's programs.</summary>
[CollectionDefinition(Name)]
public sealed class SharedPrograms : ICollectionFixture<RuntimePrograms>
{
    public const string Name = "runtime programs";
}

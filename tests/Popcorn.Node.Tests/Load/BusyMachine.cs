namespace Popcorn.Node.Tests;

/// <summary>Tests whose programs keep every processor busy. They run alone: others would miss their deadlines beside
/// them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class BusyMachine
{
    public const string Name = "busy machine";
}

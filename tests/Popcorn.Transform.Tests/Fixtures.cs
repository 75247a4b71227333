using Popcorn.Samples;

[assembly: AssemblyFixture(typeof(SampleBuild))]

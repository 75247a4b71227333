using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;

namespace Popcorn.Samples;

/// <summary>The standard sample, built once per test run for the three ISAs in a temporary directory.</summary>
public sealed class SampleBuild : IDisposable
{
    private readonly Dictionary<Isa, string> _paths = [];
    private readonly Dictionary<Isa, ElfFile> _executables = [];

    public SampleBuild()
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("popcorn-sample-").FullName;
        foreach (Isa isa in IsaNames.All)
        {
            _paths[isa] = SampleProgram.Standard.Build(isa, Directory);
            _executables[isa] = ElfFile.Open(_paths[isa]);
        }
    }

    public string Directory { get; }

    public IReadOnlyDictionary<Isa, ElfFile> Executables => _executables;

    public string PathOf(Isa isa) => _paths[isa];

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}

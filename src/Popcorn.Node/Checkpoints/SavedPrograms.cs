using Popcorn.Node.Processes;
using Popcorn.Node.Programs;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Checkpoints;

/// <summary>The programs of an image, each once. Whatever takes long is done when one is first asked for: before its
/// processes are parked.</summary>
internal sealed class SavedPrograms
{
    private readonly List<string> _paths = [];
    private readonly List<ImageProgram> _all = [];

    public IReadOnlyList<ImageProgram> All => _all;

    /// <summary>Place in the image of what a process runs; its tables are loaded by then.</summary>
    public int IndexOf(ProgramProcess process)
    {
        ArgumentNullException.ThrowIfNull(process);
        ProgramFiles program = process.Program;
        int index = _paths.IndexOf(program.Path);
        if (index >= 0)
            return index;
        _ = program.Load(process.Isa);
        _paths.Add(program.Path);
        _all.Add(new ImageProgram(program.Path, program.Map.BuildId, program.Fingerprints()));
        return _all.Count - 1;
    }
}

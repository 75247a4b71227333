using Popcorn.Linux;
using Popcorn.Wire.Control;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Moves;

/// <summary>
/// Everything that a move or a checkpoint carries of a parked process, except the bytes of its pages: those stay where
/// they are until they are sent.
/// </summary>
/// <param name="Pages">Ranges whose bytes matter, ascending, the data segment among them.</param>
/// <param name="Origins">What is mapped, by start address; memory of the process's own has no entry.</param>
public sealed record CapturedProcess(
    IReadOnlyList<CapturedThread> Threads,
    IReadOnlyList<ArenaEntry> Mappings,
    IReadOnlyDictionary<ulong, MappingOrigin> Origins,
    IReadOnlyList<PageRange> Pages,
    IReadOnlyList<DescriptorFacts> Descriptors,
    string WorkingDirectory,
    uint FileModeMask)
{
    public long MemoryBytes => Pages.Sum(p => (long)p.Bytes);

    public int Frames => Threads.Sum(t => t.State.Frames.Length);

    public int Values => Threads.Sum(t => t.State.Values.Length);
}

using Popcorn.Linux;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Objects;

/// <summary>
/// The open file descriptions of some processes: which of their descriptors, of whatever process, mean the same one
/// (kcmp). Owns our duplicates.
/// </summary>
public sealed class DescriptionTable : IDisposable
{
    private readonly IReadOnlyList<DescriptorSource> _sources;
    private readonly Dictionary<(int Process, int Number), int> _indices = [];
    private readonly List<OpenDescription> _all = [];

    public DescriptionTable(IReadOnlyList<DescriptorSource> sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        _sources = sources;
        // The link's text is the same for the same description, so only few need comparing.
        Dictionary<string, List<int>> byTarget = [];
        for (int process = 0; process < sources.Count; process++)
        {
            foreach (DescriptorFacts facts in sources[process].Descriptors)
            {
                if (!byTarget.TryGetValue(facts.Target, out List<int>? candidates))
                    byTarget.Add(facts.Target, candidates = []);
                Add(new Holder(process, facts), candidates);
            }
        }
    }

    public IReadOnlyList<OpenDescription> All => _all;

    /// <summary>The processes that are saved, and us, who have duplicates of what they have.</summary>
    public IReadOnlySet<int> Pids => _sources.Select(s => s.Process.Pid).Append(Environment.ProcessId).ToHashSet();

    public int this[int process, int number] => _indices[(process, number)];

    public IReadOnlyList<ImageDescriptor> Descriptors(int process) =>
        [.. _sources[process].Descriptors.Select(d => new ImageDescriptor(
            d.Number, d.CloseOnExec, _indices[(process, d.Number)]))];

    /// <summary>The description that a number in a process means, or null.</summary>
    public int? Find(int process, int number) =>
        _indices.TryGetValue((process, number), out int index) ? index : null;

    public void Dispose()
    {
        foreach (OpenDescription description in _all)
            description.Dispose();
    }

    private void Add(Holder holder, List<int> candidates)
    {
        ChildProcess process = _sources[holder.Process].Process;
        foreach (int index in candidates)
        {
            OpenDescription known = _all[index];
            bool isSame = KernelObjects.AreSame(
                known.Process.Pid, known.Facts.Number, process.Pid, holder.Facts.Number)
                ?? throw new LinuxCallException(
                    $"this kernel does not tell whether descriptors {known.Facts.Number} and {holder.Facts.Number} " +
                    "share an offset (kcmp)");
            if (!isSame)
                continue;
            known.Holders.Add(holder);
            _indices.Add((holder.Process, holder.Facts.Number), index);
            return;
        }
        candidates.Add(_all.Count);
        _indices.Add((holder.Process, holder.Facts.Number), _all.Count);
        _all.Add(new OpenDescription(process, holder));
    }
}

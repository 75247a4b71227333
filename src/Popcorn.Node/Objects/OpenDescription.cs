using Microsoft.Win32.SafeHandles;
using Popcorn.Linux;

namespace Popcorn.Node.Objects;

/// <summary>An open file description and who has it; owns our duplicate.</summary>
public sealed class OpenDescription(ChildProcess process, Holder first) : IDisposable
{
    private SafeFileHandle? _file;

    public ChildProcess Process { get; } = process;

    public List<Holder> Holders { get; } = [first];

    public DescriptorFacts Facts => Holders[0].Facts;

    /// <summary>Our descriptor for it.</summary>
    public SafeFileHandle File => _file ??= Process.Duplicate(Facts.Number);

    public IReadOnlyList<string> Lines => ProcessFiles.DescriptorLines(Process.Pid, Facts.Number);

    /// <summary>The rest of the line of that name, or null.</summary>
    public string? Line(string name) => Lines.FirstOrDefault(
        l => l.StartsWith(name, StringComparison.Ordinal) && l.Length > name.Length && l[name.Length] == ':')
            ?[(name.Length + 1)..].Trim();

    public void Dispose() => _file?.Dispose();
}

using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Node.Programs;
using Popcorn.Wire.Control;

namespace Popcorn.Node.Processes;

/// <summary>
/// The processes of a unit, held from one look to the next. What they are is read from the kernel: whoever is below us,
/// starting with our children, and the unit's table says which of them are programs of ours.
/// </summary>
public sealed class ProcessTree(ProcessUnit unit) : IDisposable
{
    /// <summary>More processes, or a deeper tree, than a unit's table can hold is not followed.</summary>
    private const int DepthMax = ControlLayout.ProcessCount + 64;

    private readonly Dictionary<string, ProgramFiles> _programs = [];
    private readonly Dictionary<int, ProgramProcess> _held = [];

    public ProcessUnit Unit => unit;

    /// <summary>Takes over a process that we started.</summary>
    public void Hold(ProgramProcess process)
    {
        ArgumentNullException.ThrowIfNull(process);
        _programs[process.Program.Path] = process.Program;
        _held[process.Index] = process;
    }

    /// <summary>A process as it is held now: it may have executed another program since.</summary>
    public ProgramProcess Current(ProgramProcess process)
    {
        ArgumentNullException.ThrowIfNull(process);
        bool isHeld = _held.TryGetValue(process.Index, out ProgramProcess? held) && held.Child == process.Child;
        return isHeld ? held! : process;
    }

    /// <summary>Lets go of every process without ending it; they belong to a generation that is past.</summary>
    public void Replace(IReadOnlyList<ProgramProcess> processes)
    {
        ArgumentNullException.ThrowIfNull(processes);
        foreach (ProgramProcess held in _held.Values)
            held.Dispose();
        _held.Clear();
        foreach (ProgramProcess process in processes)
            Hold(process);
    }

    /// <summary>Every process below us now: our children, each with its own.</summary>
    /// <param name="except">A child that is no part of the program: a target that waits for its script.</param>
    public IReadOnlyList<TreeNode> Read(int? except = null)
    {
        UnitEntry[] entries = [.. unit.Entries()];
        Dictionary<int, UnitEntry> byPid = [];
        foreach (UnitEntry entry in entries.Where(e => e.KernelPid != 0))
            byPid[entry.KernelPid] = entry;
        return ReadChildren(Environment.ProcessId, byPid, HasNoChildren(entries) ? 1 : DepthMax, except);
    }

    /// <summary>
    /// Children are in the table before they exist, but for those of a program of somebody else's making, which a
    /// process may have executed before. To ask the kernel takes a file for each thread, while the program stands
    /// still.
    /// </summary>
    private static bool HasNoChildren(UnitEntry[] entries) =>
        entries is [{ State: UnitProcessState.Member, Started: <= 1 }];

    /// <summary>Every live process of the table that is a program of ours; those that are about to be.</summary>
    public IEnumerable<(UnitEntry Entry, ProgramProcess? Process)> Members()
    {
        foreach (UnitEntry entry in unit.Entries())
        {
            if (entry.State == UnitProcessState.Member && entry.KernelPid != 0)
                yield return (entry, Hold(entry));
            else
                yield return (entry, null);
        }
    }

    public void Dispose() => Replace([]);

    private List<TreeNode> ReadChildren(
        int parent, Dictionary<int, UnitEntry> byPid, int depth, int? except = null)
    {
        List<TreeNode> nodes = [];
        if (depth == 0)
            return nodes;
        IReadOnlyList<int> children;
        try
        {
            children = ProcessFiles.Children(parent);
        }
        catch (IOException)
        {
            return nodes;
        }
        foreach (int child in children)
        {
            if (child == except || ReadNode(child, byPid) is not TreeNode node)
                continue;
            node.Children.AddRange(ReadChildren(child, byPid, depth - 1));
            nodes.Add(node);
        }
        return nodes;
    }

    private TreeNode? ReadNode(int pid, Dictionary<int, UnitEntry> byPid)
    {
        ProcessFacts facts;
        try
        {
            facts = ProcessFiles.Facts(pid);
        }
        catch (IOException)
        {
            return null;
        }
        UnitEntry? entry = byPid.TryGetValue(pid, out UnitEntry found) ? found : null;
        bool isMember = !facts.IsZombie && found.State == UnitProcessState.Member;
        return new TreeNode(facts, entry, isMember ? Hold(found) : null);
    }

    /// <summary>The process at a place, attached when we see it for the first time; null when it has gone.</summary>
    private ProgramProcess? Hold(UnitEntry entry)
    {
        if (_held.TryGetValue(entry.Index, out ProgramProcess? held))
        {
            if (held.Child.Pid == entry.KernelPid)
                return held.Started == entry.Started ? held : HoldAnew(entry, held);
            held.Dispose();
            _held.Remove(entry.Index);
        }
        ChildProcess? child = ChildProcess.TryAttach(entry.KernelPid);
        if (child is null)
            return null;
        if (TryHold(entry, child) is ProgramProcess process)
            return process;
        child.Dispose();
        return null;
    }

    /// <summary>It has executed another program, and is the same process: our child is our child still.</summary>
    private ProgramProcess? HoldAnew(UnitEntry entry, ProgramProcess held)
    {
        ProgramProcess? process = TryHold(entry, held.Child);
        if (process is not null)
            held.Control.Dispose();
        return process;
    }

    /// <summary>Null when its program cannot be found, or it ends at this moment: whoever asks will not find it among
    /// the members.</summary>
    private ProgramProcess? TryHold(UnitEntry entry, ChildProcess child)
    {
        ControlRegion? control = null;
        try
        {
            if (child.HasEnded)
                return null;
            control = unit.Part(entry.Index, unit.Generation);
            Isa isa = control.Isa;
            if (Enum.IsDefined(isa))
            {
                ProgramFiles program = FindProgram(entry.KernelPid, isa);
                return _held[entry.Index] = new ProgramProcess(
                    child, control, IsaHost.Find(isa), entry.Index, program, entry.Started);
            }
        }
        catch (Exception e) when (e is PopcornException or IOException)
        {
            // What it says is of no use to anybody.
        }
        control?.Dispose();
        return null;
    }

    /// <summary>The program a process executes. Under an emulator the emulator's command line names it.</summary>
    private ProgramFiles FindProgram(int pid, Isa isa)
    {
        const int EmulatedProgramArgument = 3;
        string path = ProcessFiles.Executable(pid);
        if (isa != IsaHost.NativeIsa)
            path = ProcessFiles.CommandLine(pid).ElementAtOrDefault(EmulatedProgramArgument) ?? "";
        string suffix = $"{ProgramFiles.FolderSuffix}/{isa.Name()}";
        if (path.EndsWith(suffix, StringComparison.Ordinal))
            path = path[..^suffix.Length];
        if (path.Length == 0)
            throw new ProgramException(ProgramRefusal.NotBuiltByPopcorn, $"process {pid} has ended");
        if (!_programs.TryGetValue(path, out ProgramFiles? program))
            _programs[path] = program = ProgramFiles.Find(path);
        return program;
    }
}

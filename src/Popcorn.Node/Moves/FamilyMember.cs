using Microsoft.Win32.SafeHandles;
using Popcorn.Linux;
using Popcorn.Node.Processes;

namespace Popcorn.Node.Moves;

/// <summary>
/// A process to be made again with its relations. Pid, group and session are numbers of one kind, the kernel's or the
/// program's, which say only who belongs together.
/// </summary>
/// <param name="index">Its place in the unit's table.</param>
/// <param name="group">0 for ours.</param>
/// <param name="session">0 for ours.</param>
/// <param name="program">What it runs; null for a zombie.</param>
public sealed class FamilyMember(int index, int pid, int group, int session, TargetProgram? program)
{
    public int Index { get; } = index;

    public int Group { get; } = group;

    public int Session { get; } = session;

    /// <summary>What a live process runs.</summary>
    public TargetProgram? Program { get; } = program;

    /// <summary>What wait(2) will give; of a zombie.</summary>
    public int WaitStatus { get; init; }

    /// <summary>Its group, not ours, is in the terminal's foreground.</summary>
    public bool HasTerminal { get; init; }

    /// <summary>Of a session's leader that gets one of the program's own terminals; ours to open, not to
    /// close.</summary>
    public SafeFileHandle? ControllingTerminal { get; init; }

    public List<FamilyMember> Children { get; } = [];

    public bool IsZombie => Program is null;

    public bool LeadsGroup { get; } = group == pid;

    public bool LeadsSession { get; } = session == pid;

    /// <summary>This one and all below it, parents first.</summary>
    public IEnumerable<FamilyMember> Walk() => Children.SelectMany(c => c.Walk()).Prepend(this);

    /// <summary>The members of a unit as they are related now, under the processes that have no parent in it. Zombies
    /// that no member can wait for are left out: they are, or are about to be, ours to reap.</summary>
    /// <param name="terminals">What the leaders of sessions get in place of their terminals.</param>
    public static IReadOnlyList<FamilyMember> Of(IReadOnlyList<TreeNode> tree, SessionTerminals terminals)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(terminals);
        return [.. tree.Where(n => n.IsMember).Select(n => Of(n, terminals))];
    }

    private static FamilyMember Of(TreeNode node, SessionTerminals terminals)
    {
        FamilyMember member = new(
            node.Entry!.Value.Index, node.Pid,
            node.Facts.Group == HostProcess.ProcessGroup ? 0 : node.Facts.Group,
            node.Facts.Session == HostProcess.Session ? 0 : node.Facts.Session,
            node.Process is null ? null : ProgramOf(node.Process))
        {
            WaitStatus = node.Facts.WaitStatus,
            HasTerminal = node.HasTerminal,
            ControllingTerminal = terminals.ControllingTerminalOf(node),
        };
        member.Children.AddRange(node.Children.Where(c => c.IsMember || c.IsZombie).Select(c => Of(c, terminals)));
        return member;
    }

    /// <summary>What a process runs now, which need not be what it was started with.</summary>
    public static TargetProgram ProgramOf(ProgramProcess process)
    {
        ArgumentNullException.ThrowIfNull(process);
        return new TargetProgram(process.Index, process.Program, ArgumentsOf(process));
    }

    /// <summary>argv as the program was given it, without an emulator's.</summary>
    private static IReadOnlyList<string> ArgumentsOf(ProgramProcess process)
    {
        IReadOnlyList<string> arguments = ProcessFiles.CommandLine(process.Child.Pid);
        if (process.Host.IsEmulated && arguments.Count >= 4)
            arguments = [arguments[2], .. arguments.Skip(4)];
        return arguments.Count > 0 ? arguments : [process.Program.Path];
    }
}

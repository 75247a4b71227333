using Popcorn.Linux;
using Popcorn.Wire.Control;

namespace Popcorn.Node.Processes;

/// <summary>A process below the supervisor, as the kernel and the unit's table show it.</summary>
/// <param name="Entry">Its place in the table; null: it has none, so it is no program of ours.</param>
/// <param name="Process">How we hold it; null for zombies and for programs that are not ours.</param>
public sealed record TreeNode(ProcessFacts Facts, UnitEntry? Entry, ProgramProcess? Process)
{
    public List<TreeNode> Children { get; } = [];

    public int Pid => Facts.Pid;

    /// <summary>What the program calls it.</summary>
    public uint ProgramPid => Entry?.Pid is uint pid and not 0 ? pid : (uint)Facts.Pid;

    public bool IsZombie => Facts.IsZombie;

    public bool IsMember => Process is not null;

    /// <summary>It is being forked, or executes something, and will be a member or foreign in a moment.</summary>
    public bool IsStarting => !IsZombie && Entry?.State == UnitProcessState.Starting;

    public bool IsForeign => !IsZombie && (Entry is null || Entry.Value.State == UnitProcessState.Foreign);

    public bool LeadsSession => Facts.Session == Facts.Pid;

    public bool LeadsGroup => Facts.Group == Facts.Pid;

    /// <summary>Its group, not ours, is in the terminal's foreground.</summary>
    public bool HasTerminal => Facts.Terminal != 0 && Facts.ForegroundGroup == Facts.Group
        && Facts.ForegroundGroup != HostProcess.ProcessGroup;

    /// <summary>This one and all below it, parents first.</summary>
    public IEnumerable<TreeNode> Walk() => Children.SelectMany(c => c.Walk()).Prepend(this);

    /// <summary>The members under these and themselves, parents first.</summary>
    public static IEnumerable<TreeNode> Members(IReadOnlyList<TreeNode> tops) =>
        tops.SelectMany(n => n.Walk()).Where(n => n.IsMember);
}

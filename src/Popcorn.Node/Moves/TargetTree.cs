using Popcorn.Linux;
using Popcorn.Node.Processes;
using Popcorn.Node.Programs;
using Popcorn.Wire.Restore;

namespace Popcorn.Node.Moves;

/// <summary>
/// The processes in restore mode that are to take over from a unit's, related to each other as those are: each is
/// started by its parent, so the kernel itself knows the relation; orphans are ours. Disposing destroys those that have
/// not been told to go.
/// </summary>
public sealed class TargetTree : IDisposable
{
    private readonly ProcessLauncher _launcher;
    private readonly IsaHost _host;
    private readonly MoveLimits _limits;
    private readonly int _ourGroup = HostProcess.ProcessGroup;
    private readonly Dictionary<TreeNode, RestoreTarget> _targets = [];
    private RestoreTarget? _root;

    /// <param name="withRoot">The first process's target is started now, so that its start is outside the
    /// downtime.</param>
    public TargetTree(ProcessLauncher launcher, IsaHost host, MoveLimits limits, bool withRoot)
    {
        _launcher = launcher;
        _host = host;
        _limits = limits;
        if (withRoot)
            _root = RestoreTarget.Start(launcher, host);
    }

    /// <summary>Members and their targets, parents first.</summary>
    public IReadOnlyDictionary<TreeNode, RestoreTarget> Targets => _targets;

    /// <summary>The first process's target, until it is one of <see cref="Targets"/>.</summary>
    public RestoreTarget? Root => _root;

    public void WaitRootStarted() => _root?.WaitStarted(_limits.Start);

    /// <summary>Waits for that at most so long; false when it takes longer.</summary>
    public bool TryWaitRoot(TimeSpan limit) => _root?.TryWaitStarted(limit) ?? true;

    /// <summary>Starts the rest and gives each its session and process group.</summary>
    public void Build(IReadOnlyList<TreeNode> tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        foreach (TreeNode node in tree.Where(n => n.IsMember))
            StartTop(node);
        foreach (RestoreTarget target in _targets.Values)
        {
            target.Sender.Flush();
            target.WaitStarted(_limits.Start);
        }
        // A zombie that no member can wait for is, or is about to be, ours to reap.
        ArrangeGroups([.. _targets.Keys.SelectMany(n => n.Children.Where(c => c.IsZombie).Prepend(n))]);
    }

    public void Dispose()
    {
        _root?.Dispose();
        // Children first: one whose parent is gone would be ours, and its end ours to see.
        foreach (RestoreTarget target in _targets.Values.Reverse())
            target.Dispose();
    }

    private void StartTop(TreeNode node)
    {
        RestoreTarget target;
        if (node.Process!.Index == ProcessUnit.RootIndex && _root is not null)
        {
            target = _root;
            _root = null;
        }
        else
        {
            target = RestoreTarget.Start(_launcher, _host, Describe(node));
        }
        _targets.Add(node, target);
        if (node.Facts.Session != HostProcess.Session && !node.LeadsSession)
        {
            target.WaitStarted(_limits.Start);
            target.Detach();
        }
        StartChildren(node, target);
    }

    /// <summary>
    /// A child that is in neither its own session nor its parent's was started before the parent made a session of its
    /// own, and is now.
    /// </summary>
    private void StartChildren(TreeNode node, RestoreTarget target)
    {
        TreeNode[] children = [.. node.Children.Where(c => c.IsMember)];
        bool IsEarly(TreeNode c) => node.LeadsSession && c.Facts.Session != node.Facts.Session && !c.LeadsSession;
        foreach (TreeNode child in children.Where(IsEarly))
            _targets.Add(child, target.Spawn(_host, Describe(child), orphan: false));
        if (node.LeadsSession)
            RestoreScriptWriter.Session(target.Sender.Frames);
        foreach (TreeNode child in children.Where(c => !IsEarly(c)))
            _targets.Add(child, target.Spawn(_host, Describe(child), orphan: false));
        target.Sender.Flush();
        foreach (TreeNode child in children)
            StartChildren(child, _targets[child]);
    }

    /// <summary>Leaders first, zombies among them, for a group is joined by its leader's pid.</summary>
    private void ArrangeGroups(IReadOnlyList<TreeNode> nodes)
    {
        Dictionary<int, TreeNode> leaders = [];
        foreach (TreeNode node in nodes.Where(n => n.Facts.Group != _ourGroup))
        {
            // A leader that is gone for good is replaced by whoever comes first.
            if (node.LeadsGroup || !leaders.ContainsKey(node.Facts.Group))
                leaders[node.Facts.Group] = node;
        }
        foreach (TreeNode leader in leaders.Values)
        {
            if (leader.IsZombie)
                MakeZombie(nodes, leader, group: 0);
            else if (!leader.LeadsSession)
                RestoreScriptWriter.Group(_targets[leader].Sender.Frames, group: 0);
        }
        if (leaders.Count > 0)
            Synchronise();
        foreach (TreeNode node in nodes)
        {
            leaders.TryGetValue(node.Facts.Group, out TreeNode? leader);
            if (node == leader)
                continue;
            int group = leader is null ? -1 : _launcher.Unit.KernelPid(IndexOf(leader), _launcher.Unit.Generation + 1);
            if (node.IsZombie)
                MakeZombie(nodes, node, group);
            else if (leader is not null)
                RestoreScriptWriter.Group(_targets[node].Sender.Frames, group);
        }
    }

    private void Synchronise()
    {
        foreach (RestoreTarget target in _targets.Values)
        {
            RestoreScriptWriter.Sync(target.Sender.Frames);
            target.Sender.Flush();
        }
        foreach (RestoreTarget target in _targets.Values)
            _ = target.WaitSynced();
    }

    private void MakeZombie(IReadOnlyList<TreeNode> nodes, TreeNode zombie, int group)
    {
        TreeNode parent = nodes.First(n => n.IsMember && n.Children.Contains(zombie));
        RestoreScriptWriter.Zombie(
            _targets[parent].Sender.Frames, IndexOf(zombie), zombie.Facts.WaitStatus, group);
    }

    private static int IndexOf(TreeNode node) => node.Entry!.Value.Index;

    private static TargetProgram Describe(TreeNode node) =>
        new(node.Process!.Index, node.Process.Program, ArgumentsOf(node.Process));

    /// <summary>argv as the program was given it, without an emulator's.</summary>
    private static IReadOnlyList<string> ArgumentsOf(ProgramProcess process)
    {
        IReadOnlyList<string> arguments = ProcessFiles.CommandLine(process.Child.Pid);
        if (process.Host.IsEmulated && arguments.Count >= 4)
            arguments = [arguments[2], .. arguments.Skip(4)];
        return arguments.Count > 0 ? arguments : [process.Program.Path];
    }
}

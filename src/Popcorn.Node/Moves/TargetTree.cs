using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Popcorn.Linux;
using Popcorn.Node.Processes;
using Popcorn.Node.Programs;
using Popcorn.Wire.Restore;

namespace Popcorn.Node.Moves;

/// <summary>
/// The processes in restore mode that are to become a unit's, related to each other as those are or were: each is
/// started by its parent, so the kernel itself knows the relation; orphans are ours. Disposing destroys those that have
/// not been told to go.
/// </summary>
public sealed class TargetTree : IDisposable
{
    // asm-generic/ioctls.h: TIOCSCTTY, TIOCSPGRP.
    private const ulong SetControllingTerminal = 0x540e;
    private const ulong SetForegroundGroup = 0x5410;

    private readonly ProcessLauncher _launcher;
    private readonly IsaHost _host;
    private readonly Dictionary<int, RestoreTarget> _targets = [];
    private RestoreTarget? _root;

    /// <param name="root">What the first process runs, whose target is started now, so that its start is outside the
    /// downtime; null when it has ended.</param>
    public TargetTree(ProcessLauncher launcher, IsaHost host, TargetProgram? root)
    {
        _launcher = launcher;
        _host = host;
        if (root is not null)
            _root = RestoreTarget.Start(launcher, host, root);
    }

    /// <summary>The targets by their places in the unit's table, parents first.</summary>
    public IReadOnlyDictionary<int, RestoreTarget> Targets => _targets;

    /// <summary>The first process's target, until it is one of <see cref="Targets"/>.</summary>
    public RestoreTarget? Root => _root;

    /// <summary>When the last of them went on, by <see cref="Stopwatch"/>. They say it themselves: we may be late to
    /// see it where their threads leave us no processor.</summary>
    public long RunningSince => _targets.Values.Max(t => t.Process.Control.RunningSince) is long since and > 0
        ? since
        : Stopwatch.GetTimestamp();

    public void WaitRootStarted() => _root?.WaitStarted();

    /// <summary>Waits for that at most so long; false when it takes longer.</summary>
    public bool TryWaitRoot(TimeSpan limit) => _root?.TryWaitStarted(limit) ?? true;

    /// <summary>Starts the rest and gives each its session and process group.</summary>
    public void Build(IReadOnlyList<FamilyMember> family)
    {
        ArgumentNullException.ThrowIfNull(family);
        foreach (FamilyMember member in family)
            StartTop(member);
        foreach (RestoreTarget target in _targets.Values)
        {
            target.Sender.Flush();
            target.WaitStarted();
        }
        FamilyMember[] members = [.. family.SelectMany(m => m.Walk())];
        ArrangeGroups(members);
        foreach (FamilyMember leader in members.Where(m => m.ControllingTerminal is not null))
            GiveTerminal(leader, members);
    }

    /// <summary>
    /// The only place where it is decided who the program is: one store, which all processes see at once. Returns null
    /// when the targets are; what fails then is a process of the program that failed. Otherwise every target is dead,
    /// none has run, and the answer says why.
    /// </summary>
    public string? Go()
    {
        _launcher.Unit.AdvanceGeneration();
        foreach (RestoreTarget restoring in _targets.Values)
            restoring.SendGo();
        string? failure = null;
        bool runs = false;
        foreach (RestoreTarget restoring in _targets.Values)
        {
            string? why = restoring.AwaitRunning(() => _targets.Values.Any(t => t.Runs));
            runs |= why is null;
            failure = why ?? failure;
        }
        if (runs)
            return null;
        _launcher.Unit.WithdrawGeneration();
        return failure;
    }

    /// <summary>A shell of the unit may have given the terminal to a group, which has another number now.</summary>
    public void GiveTerminal(IReadOnlyList<FamilyMember> family)
    {
        ArgumentNullException.ThrowIfNull(family);
        const int Ours = 0;
        if (Foreground(family.SelectMany(m => m.Walk()), Ours) is FamilyMember member)
            _ = HostProcess.TrySetForegroundGroup(HostProcess.ProcessGroupOf(_targets[member.Index].Process.Child.Pid));
    }

    public void Dispose()
    {
        _root?.Dispose();
        // Children first: one whose parent is gone would be ours, and its end ours to see.
        foreach (RestoreTarget target in _targets.Values.Reverse())
            target.Dispose();
    }

    private void StartTop(FamilyMember member)
    {
        RestoreTarget target;
        if (member.Index == ProcessUnit.RootIndex && _root is not null)
        {
            target = _root;
            _root = null;
        }
        else
        {
            target = RestoreTarget.Start(_launcher, _host, member.Program!);
        }
        _targets.Add(member.Index, target);
        if (member.Session != 0 && !member.LeadsSession)
        {
            target.WaitStarted();
            target.Detach();
        }
        StartChildren(member, target);
    }

    /// <summary>
    /// A child that is in neither its own session nor its parent's was started before the parent made a session of its
    /// own, and is now.
    /// </summary>
    private void StartChildren(FamilyMember member, RestoreTarget target)
    {
        FamilyMember[] children = [.. member.Children.Where(c => !c.IsZombie)];
        bool IsEarly(FamilyMember c) => member.LeadsSession && c.Session != member.Session && !c.LeadsSession;
        try
        {
            foreach (FamilyMember child in children.Where(IsEarly))
                _targets.Add(child.Index, target.Spawn(_host, child.Program!, orphan: false));
            if (member.LeadsSession)
                RestoreScriptWriter.Session(target.Sender.Frames);
            // Before it has children: only those that are born later have it too.
            if (member.ControllingTerminal is SafeFileHandle terminal)
                CallTerminal(target, terminal, SetControllingTerminal, []);
            foreach (FamilyMember child in children.Where(c => !IsEarly(c)))
                _targets.Add(child.Index, target.Spawn(_host, child.Program!, orphan: false));
            target.Sender.Flush();
        }
        catch (LinuxCallException e)
        {
            throw target.Explain(e);
        }
        foreach (FamilyMember child in children)
            StartChildren(child, _targets[child.Index]);
    }

    private static FamilyMember? Foreground(IEnumerable<FamilyMember> members, int session) =>
        members.FirstOrDefault(m => m.HasTerminal && !m.IsZombie && m.Session == session);

    /// <summary>Nobody outside the session can say which of its groups is in the foreground.</summary>
    private void GiveTerminal(FamilyMember leader, IReadOnlyList<FamilyMember> members)
    {
        FamilyMember? foreground = Foreground(members, leader.Session);
        if (foreground is null || foreground.Group == leader.Group)
            return;
        Synchronise();
        int group = HostProcess.ProcessGroupOf(_targets[foreground.Index].Process.Child.Pid);
        CallTerminal(
            _targets[leader.Index], leader.ControllingTerminal!, SetForegroundGroup, BitConverter.GetBytes(group));
    }

    /// <summary>Lets a target make a call on a terminal, under a number that it has free.</summary>
    /// <param name="argument">What the call's argument points to; empty for 0.</param>
    private void CallTerminal(RestoreTarget target, SafeFileHandle terminal, ulong request, byte[] argument)
    {
        const ulong CallIoctl = 29; // asm-generic/unistd.h
        const uint ThirdArgument = 1 << 2;
        IReadOnlyList<int> taken = _launcher.InheritedDescriptors;
        int number = Enumerable.Range(0, taken.Count + 1).First(n => !taken.Contains(n));
        target.Sender.SendDescriptor(terminal, number, closeOnExec: true);
        RestoreScriptWriter.Call(
            target.Sender.Frames, CallIoctl, [(ulong)number, request, 0], argument,
            argument.Length > 0 ? ThirdArgument : 0);
        RestoreScriptWriter.Close(target.Sender.Frames, number);
        target.Sender.Flush();
    }

    /// <summary>Leaders first, zombies among them, for a group is joined by its leader's pid.</summary>
    private void ArrangeGroups(IReadOnlyList<FamilyMember> members)
    {
        Dictionary<int, FamilyMember> leaders = [];
        foreach (FamilyMember member in members.Where(m => m.Group != 0))
        {
            // A leader that is gone for good is replaced by whoever comes first.
            if (member.LeadsGroup || !leaders.ContainsKey(member.Group))
                leaders[member.Group] = member;
        }
        foreach (FamilyMember leader in leaders.Values)
        {
            if (leader.IsZombie)
                MakeZombie(members, leader, group: 0);
            else if (!leader.LeadsSession)
                RestoreScriptWriter.Group(_targets[leader.Index].Sender.Frames, group: 0);
        }
        if (leaders.Count > 0)
            Synchronise();
        foreach (FamilyMember member in members)
        {
            leaders.TryGetValue(member.Group, out FamilyMember? leader);
            if (member == leader)
                continue;
            int group = leader is null ? -1 : _launcher.Unit.KernelPid(leader.Index, _launcher.Unit.Generation + 1);
            if (member.IsZombie)
                MakeZombie(members, member, group);
            else if (leader is not null)
                RestoreScriptWriter.Group(_targets[member.Index].Sender.Frames, group);
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

    private void MakeZombie(IReadOnlyList<FamilyMember> members, FamilyMember zombie, int group)
    {
        FamilyMember parent = members.First(m => m.Children.Contains(zombie));
        RestoreScriptWriter.Zombie(_targets[parent.Index].Sender.Frames, zombie.Index, zombie.WaitStatus, group);
    }
}

using System.Diagnostics;
using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Node.Checkpoints;
using Popcorn.Node.Moves;
using Popcorn.Node.Processes;
using Popcorn.Node.Programs;
using Popcorn.Wire.Agent;

namespace Popcorn.Node.Agents;

/// <summary>
/// The node agent of one program and of all processes it starts, from its start until the last one's end. Orphans among
/// them become our children. One thread
/// does everything in turn - signals, requests, moves - so a signal or a request that comes in the middle of a move
/// waits for its end.
/// </summary>
public sealed class Supervisor : IDisposable
{
    /// <summary>With a schedule the program parks by itself, which is seen through a futex; the rest is looked at this
    /// often.</summary>
    private static readonly TimeSpan ScheduleGlance = TimeSpan.FromMilliseconds(1);

    private readonly SupervisorOptions _options;
    private readonly Mover _mover;
    private readonly ProcessTree _tree;
    private readonly ProcessLauncher _launcher;
    private readonly SignalForwarder? _signals;
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private readonly ProcessInspector _inspector;

    private ProgramProcess _first;
    private AgentServer? _server;
    private int _moves;
    private bool _stopped;
    private ExitStatus? _status;

    private Supervisor(
        ProcessLauncher launcher, IReadOnlyList<ProgramProcess> processes, ExitStatus? firstStatus,
        AgentServer? server, SupervisorOptions options)
    {
        _status = firstStatus;
        _server = server;
        _first = processes[0];
        _launcher = launcher;
        _options = options;
        _tree = new ProcessTree(launcher.Unit);
        _tree.Replace(processes);
        _mover = new Mover(_tree, launcher, options.Limits);
        _signals = options.Signals is null ? null : new SignalForwarder(options.Signals);
        _inspector = new ProcessInspector(_tree);
        Pid = _first.Child.Pid;
    }

    /// <summary>The program's first process, whatever it runs now.</summary>
    private ProgramProcess First => _tree.Current(_first);

    /// <summary>What users call the program: the pid of its first process here.</summary>
    public int Pid { get; }

    /// <summary>Starts a program and supervises it; <see cref="Run"/> must follow.</summary>
    public static Supervisor Start(
        ProcessLauncher launcher, IsaHost host, SupervisorOptions options)
    {
        ArgumentNullException.ThrowIfNull(launcher);
        ArgumentNullException.ThrowIfNull(options);
        return Adopt(
            launcher, () => [launcher.Start(host, options.Schedule.NextCountdown())], firstStatus: null, options);
    }

    /// <summary>
    /// Supervises processes that somebody else starts, the program's first one at their head. The socket is there
    /// before them, so that whoever reads the program's first words can reach it.
    /// </summary>
    /// <param name="firstStatus">How the program's first process ended, when they are what it left behind.</param>
    public static Supervisor Adopt(
        ProcessLauncher launcher, Func<IReadOnlyList<ProgramProcess>> start, ExitStatus? firstStatus,
        SupervisorOptions options)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(options);
        HostProcess.AdoptOrphans();
        AgentServer? server = Listen(options);
        IReadOnlyList<ProgramProcess> processes;
        try
        {
            processes = start();
        }
        catch
        {
            server?.Dispose();
            throw;
        }
        Supervisor supervisor = new(launcher, processes, firstStatus, server, options);
        supervisor.Publish();
        options.Report(new SupervisorEvent.Started(supervisor.Pid, processes[0].Host));
        return supervisor;
    }

    private static AgentServer? Listen(SupervisorOptions options)
    {
        if (options.RuntimeFolder is null)
            return null;
        try
        {
            return AgentServer.Listen(options.RuntimeFolder);
        }
        catch (PopcornException e)
        {
            options.Report(new SupervisorEvent.Unreachable(e.Message));
            return null;
        }
    }

    /// <summary>Serves until the last process has ended, and says how the first one did.</summary>
    public ExitStatus Run()
    {
        List<int> descriptors = [];
        Span<bool> ready = stackalloc bool[Waiting.DescriptorsMax];
        while (true)
        {
            if (_status is null && First.Child.TryReap(out ExitStatus status))
                NoteEnd(status);
            if (_status is not null && !ReapOrphans())
                return _stopped ? new ExitStatus(BySignal: false, 0) : _status.Value;
            descriptors.Clear();
            descriptors.Add(_status is null ? First.Child.PollDescriptor : -1);
            descriptors.Add(_options.Signals?.PollDescriptor ?? -1);
            _server?.CollectDescriptors(descriptors);
            Span<int> polled = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(descriptors);
            if (_options.Schedule.IsActive && MoveIfParked())
                continue;
            if (!Wait(polled, ready))
                continue;
            if (ready[1] && _signals?.Forward(SignalTargets()) == true)
                _ = ReapOrphans();
            _server?.Serve(ready[2..descriptors.Count], Answer);
        }
    }

    public void Dispose()
    {
        _server?.Dispose();
        // Only a bug of ours ends us before the program. Nobody would wake what is parked any more.
        _tree.Unit.SetCountdown(0);
        _tree.Unit.ReleaseThreads();
        _tree.Dispose();
        _launcher.Dispose();
    }

    /// <summary>For an event; with a schedule just a look. False when there is none.</summary>
    private bool Wait(ReadOnlySpan<int> polled, Span<bool> ready)
    {
        bool any = Waiting.Poll(polled, ready, _options.Schedule.IsActive ? 0 : -1);
        if (!ready[1])
            _signals?.Arrivals.NoteNone();
        return any;
    }

    /// <summary>The first process is no more. What it left behind runs on, and we with it.</summary>
    private void NoteEnd(ExitStatus status)
    {
        _status = status;
        _tree.Unit.Free(ProcessUnit.RootIndex);
    }

    /// <summary>Reaps orphans that have ended, as init would. True when some process of ours is left.</summary>
    private bool ReapOrphans()
    {
        bool any = false;
        foreach (TreeNode node in _tree.Read())
        {
            any |= node.Walk().Any(n => n.IsMember || n.IsStarting);
            if (!node.IsZombie || (_status is null && node.Pid == First.Child.Pid))
                continue;
            HostProcess.ReapIfEnded(node.Pid);
            if (node.Entry is UnitEntry entry)
                _tree.Unit.Free(entry.Index);
        }
        return any;
    }

    /// <summary>Whom we stand for: the first process, or its orphans when it has ended.</summary>
    private IReadOnlyList<ChildProcess> SignalTargets() => _status is null
        ? [First.Child]
        : [.. _tree.Read().Where(n => n.IsMember).Select(n => n.Process!.Child)];

    /// <summary>Gives the socket the name clients look for, which has the program's pid in it.</summary>
    private void Publish()
    {
        if (_server is null || _server.TryPublish(Pid))
            return;
        _server.Dispose();
        _server = null;
        _options.Report(new SupervisorEvent.Unreachable($"another program answers for pid {Pid}"));
    }

    /// <summary>Waits a moment for the program to park by itself; true when it did and was moved or released.</summary>
    private bool MoveIfParked()
    {
        if (!_tree.Unit.IsParkingRequested)
            _tree.Unit.WaitEvent(_tree.Unit.Events, ScheduleGlance);
        if (!_tree.Unit.IsParkingRequested)
            return false;
        Isa target = _options.Schedule.NextIsa(First.Isa);
        try
        {
            MoveTo(target);
        }
        catch (MoveException e)
        {
            if (!e.SourceEnded)
            {
                _options.Report(new SupervisorEvent.MoveFailed(target, e.Message));
                _tree.Unit.SetCountdown(_options.Schedule.NextCountdown());
                _tree.Unit.ReleaseThreads();
            }
            else if (_status is not null || !First.HasEnded)
            {
                _tree.Unit.ReleaseThreads();
            }
        }
        return true;
    }

    private MoveReport MoveTo(Isa target)
    {
        (IReadOnlyList<ProgramProcess> moved, MoveReport report) = _mover.Move(
            target, _moves + 1, () => _tree.Unit.SetCountdown(_options.Schedule.NextCountdown()));
        _tree.Replace(moved);
        _first = moved.FirstOrDefault(p => p.Index == ProcessUnit.RootIndex) ?? moved[0];
        _moves++;
        _options.Report(new SupervisorEvent.Moved(report));
        return report;
    }

    private AgentReply Answer(AgentRequest request)
    {
        try
        {
            return request.Command switch
            {
                AgentCommand.Status => new AgentReply(Status: Status()),
                AgentCommand.Migrate => new AgentReply(Move: Migrate(request)),
                AgentCommand.Checkpoint => new AgentReply(Checkpoint: Checkpoint(request)),
                AgentCommand.Inspect => new AgentReply(Threads: Inspect()),
                _ => new AgentReply(Error: $"unknown command {request.Command}"),
            };
        }
        catch (MoveException e)
        {
            return new AgentReply(Error: e.Message);
        }
        catch (PopcornException e)
        {
            return new AgentReply(Error: e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new AgentReply(Error: e.Message);
        }
        catch (Exception e)
        {
            // A bug in serving one request is no reason to leave the program without its supervisor.
            return new AgentReply(Error: $"internal bug: {e}");
        }
    }

    private ProcessStatus Status() => new(
        Pid,
        First.Child.Pid,
        Environment.ProcessId,
        First.Isa.Name(),
        First.Host.IsEmulated,
        _status is null ? First.Control.State.ToString().ToLowerInvariant() : "orphans",
        _moves,
        Stopwatch.GetElapsedTime(_startedAt).TotalSeconds,
        _options.Command)
    {
        Members = [.. _tree.Read().SelectMany(n => Describe(n, depth: 0))],
    };

    private static IEnumerable<MemberStatus> Describe(TreeNode node, int depth)
    {
        string state = node.IsZombie ? "ended"
            : node.Facts.IsStopped ? "stopped"
            : node.IsMember ? "running"
            : "foreign";
        IReadOnlyList<string> command = ProcessFiles.CommandLine(node.Pid);
        if (node.Process?.Host.IsEmulated == true)
            command = [.. command.Skip(2).Take(1), .. command.Skip(4)];
        return node.Children.SelectMany(c => Describe(c, depth + 1)).Prepend(new MemberStatus(
            (int)node.ProgramPid, node.Pid, depth, node.Process?.Isa.Name() ?? "", state, command));
    }

    private MoveReport Migrate(AgentRequest request)
    {
        if (!IsaNames.TryParse(request.Isa ?? "", out Isa target))
            throw new MoveException(MovePhase.Check, $"unknown ISA '{request.Isa}'");
        if (!request.DryRun)
            return MoveTo(target);
        IReadOnlyList<string> obstacles = _mover.FindObstacles(target);
        ProgramProcess[] members = Members();
        bool emulated = !IsaHost.TryFind(target, out IsaHost host) || host.IsEmulated;
        return new MoveReport(
            _moves + 1, First.Isa.Name(), target.Name(), emulated, DryRun: true, obstacles,
            members.Length, members.Sum(p => (int)p.Control.Threads), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    private CheckpointReport Checkpoint(AgentRequest request)
    {
        if (string.IsNullOrEmpty(request.Path) || !Path.IsPathRooted(request.Path))
            throw new MoveException(MovePhase.Check, "a checkpoint needs the absolute path of its file");
        Checkpointer checkpointer = new(_tree, _status is null ? First : null, _status, _options.Limits);
        if (request.DryRun)
        {
            ProgramProcess[] members = Members();
            return new CheckpointReport(
                request.Path, 0, 0, members.Length, members.Sum(p => (int)p.Control.Threads), 0, 0, 0, Stopped: false)
            {
                Obstacles = checkpointer.FindObstacles(request.Stop),
            };
        }
        Compression compression = request.Compression is string text ? Compression.Parse(text) : Compression.Lz4;
        byte[]? secret = request.Key is null ? null : ImageOptions.ReadSecret(request.Key);
        CheckpointReport report = checkpointer.Take(new CheckpointRequest(
            request.Path, request.Stop, Sync: !request.NoSync, new ImageOptions(compression, secret, request.Parent)));
        _stopped = report.Stopped;
        return report;
    }

    private ProgramProcess[] Members() =>
        [.. TreeNode.Members(_tree.Read()).Select(n => n.Process!)];

    private IReadOnlyList<ThreadListing> Inspect() => _inspector.Inspect(_options.Limits);
}

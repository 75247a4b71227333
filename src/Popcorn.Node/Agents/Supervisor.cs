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
/// The node agent of one program: parent of every process the program becomes, from its start until its end. One thread
/// does everything in turn - signals, requests, moves - so a signal or a request that comes in the middle of a move
/// waits for its end.
/// </summary>
public sealed class Supervisor : IDisposable
{
    /// <summary>With a schedule the program parks by itself, which is seen through a futex; the rest is looked at this
    /// often.</summary>
    private static readonly TimeSpan ScheduleGlance = TimeSpan.FromMilliseconds(1);

    private readonly ProgramFiles _program;
    private readonly SupervisorOptions _options;
    private readonly Mover _mover;
    private readonly SignalForwarder? _signals;
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private readonly ProcessInspector _inspector;

    private ProgramProcess _process;
    private AgentServer? _server;
    private int _moves;
    private bool _stopped;

    private Supervisor(
        ProgramFiles program, ProcessLauncher launcher, ProgramProcess process, AgentServer? server,
        SupervisorOptions options)
    {
        _server = server;
        _program = program;
        _process = process;
        _options = options;
        _mover = new Mover(program, launcher, options.Limits);
        _signals = options.Signals is null ? null : new SignalForwarder(options.Signals);
        _inspector = new ProcessInspector(program);
        Pid = process.Child.Pid;
    }

    /// <summary>What users call the program: the pid of its first process here.</summary>
    public int Pid { get; }

    /// <summary>Starts a program and supervises it; <see cref="Run"/> must follow.</summary>
    public static Supervisor Start(
        ProgramFiles program, ProcessLauncher launcher, IsaHost host, SupervisorOptions options)
    {
        ArgumentNullException.ThrowIfNull(launcher);
        ArgumentNullException.ThrowIfNull(options);
        return Adopt(program, launcher, () => launcher.Start(host, options.Schedule.NextCountdown()), options);
    }

    /// <summary>
    /// Supervises a process that somebody else starts. The socket is there before it, so that whoever reads the
    /// program's first words can reach it.
    /// </summary>
    public static Supervisor Adopt(
        ProgramFiles program, ProcessLauncher launcher, Func<ProgramProcess> start, SupervisorOptions options)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(options);
        AgentServer? server = Listen(options);
        ProgramProcess process;
        try
        {
            process = start();
        }
        catch
        {
            server?.Dispose();
            throw;
        }
        Supervisor supervisor = new(program, launcher, process, server, options);
        supervisor.Publish();
        options.Report(new SupervisorEvent.Started(supervisor.Pid, process.Host));
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

    /// <summary>Serves until the program has ended and says how.</summary>
    public ExitStatus Run()
    {
        List<int> descriptors = [];
        Span<bool> ready = stackalloc bool[Waiting.DescriptorsMax];
        while (true)
        {
            if (_process.Child.TryReap(out ExitStatus status))
                return _stopped ? new ExitStatus(BySignal: false, 0) : status;
            descriptors.Clear();
            descriptors.Add(_process.Child.PollDescriptor);
            descriptors.Add(_options.Signals?.PollDescriptor ?? -1);
            _server?.CollectDescriptors(descriptors);
            Span<int> polled = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(descriptors);
            if (_options.Schedule.IsActive && MoveIfParked())
                continue;
            if (!Waiting.Poll(polled, ready, _options.Schedule.IsActive ? 0 : -1))
                continue;
            if (ready[1])
                _signals?.Forward(_process.Child);
            _server?.Serve(ready[2..descriptors.Count], Answer);
        }
    }

    public void Dispose()
    {
        _server?.Dispose();
        if (!_process.HasEnded)
        {
            // Only a bug of ours ends us first. Nobody would wake a parked program any more.
            _process.Control.SetCountdown(0);
            _process.Control.ReleaseThreads();
        }
        _process.Dispose();
    }

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
        if (_process.Control.Parked == 0)
            _process.Control.WaitParked(0, ScheduleGlance);
        if (_process.Control.Parked == 0 || !_process.Control.IsParkingRequested)
            return false;
        Isa target = _options.Schedule.NextIsa(_process.Isa);
        try
        {
            MoveTo(target);
        }
        catch (MoveException e)
        {
            if (!e.SourceEnded)
            {
                _options.Report(new SupervisorEvent.MoveFailed(target, e.Message));
                _process.Control.SetCountdown(_options.Schedule.NextCountdown());
                _process.Control.ReleaseThreads();
            }
        }
        return true;
    }

    private MoveReport MoveTo(Isa target)
    {
        (ProgramProcess moved, MoveReport report) = _mover.Move(
            _process, target, _moves + 1, control => control.SetCountdown(_options.Schedule.NextCountdown()));
        _process.Dispose();
        _process = moved;
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
        _process.Child.Pid,
        Environment.ProcessId,
        _process.Isa.Name(),
        _process.Host.IsEmulated,
        _process.Control.State.ToString().ToLowerInvariant(),
        _moves,
        Stopwatch.GetElapsedTime(_startedAt).TotalSeconds,
        _options.Command);

    private MoveReport Migrate(AgentRequest request)
    {
        if (!IsaNames.TryParse(request.Isa ?? "", out Isa target))
            throw new MoveException(MovePhase.Check, $"unknown ISA '{request.Isa}'");
        if (!request.DryRun)
            return MoveTo(target);
        IReadOnlyList<string> obstacles = ObstacleFinder.Find(_program, _process, target);
        bool emulated = !IsaHost.TryFind(target, out IsaHost host) || host.IsEmulated;
        return new MoveReport(
            _moves + 1, _process.Isa.Name(), target.Name(), emulated, DryRun: true, obstacles,
            (int)_process.Control.Threads, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    private CheckpointReport Checkpoint(AgentRequest request)
    {
        if (string.IsNullOrEmpty(request.Path) || !Path.IsPathRooted(request.Path))
            throw new MoveException(MovePhase.Check, "a checkpoint needs the absolute path of its file");
        if (request.DryRun)
        {
            return new CheckpointReport(request.Path, 0, 0, (int)_process.Control.Threads, 0, 0, 0, Stopped: false)
            {
                Obstacles = Checkpointer.FindObstacles(_process),
            };
        }
        int? level = request.Plain ? null : request.Level ?? ImageOptions.DefaultLevel;
        byte[]? secret = request.Key is null ? null : ImageOptions.ReadSecret(request.Key);
        CheckpointReport report = Checkpointer.Take(_program, _process, _options, new CheckpointRequest(
            request.Path, request.Stop, Sync: !request.NoSync, new ImageOptions(level, secret, request.Parent)));
        _stopped = report.Stopped;
        return report;
    }

    private IReadOnlyList<ThreadListing> Inspect() => _inspector.Inspect(_process, _options.Limits);
}

namespace Popcorn.Wire.Agent;

public enum AgentCommand
{
    Status,
    Migrate,
    Checkpoint,
    Inspect,
}

/// <param name="Isa">Target of <see cref="AgentCommand.Migrate"/>.</param>
/// <param name="DryRun">Only say whether it would work.</param>
/// <param name="Path">Absolute path for <see cref="AgentCommand.Checkpoint"/>.</param>
/// <param name="Stop">End the program once its checkpoint is on disk.</param>
/// <param name="NoSync">Do not wait for the disk.</param>
/// <param name="Compression">Of a checkpoint, as the command line spells it; null for the default.</param>
/// <param name="Key">Absolute path of the file with its key; null to leave it readable.</param>
/// <param name="Parent">Absolute path of the image to store the difference to.</param>
public sealed record AgentRequest(
    int Version, AgentCommand Command, string? Isa = null, bool DryRun = false, string? Path = null, bool Stop = false,
    bool NoSync = false, string? Compression = null, string? Key = null, string? Parent = null);

/// <summary>Either an error sentence or what the command asked for.</summary>
public sealed record AgentReply(
    string? Error = null,
    ProcessStatus? Status = null,
    MoveReport? Move = null,
    CheckpointReport? Checkpoint = null,
    IReadOnlyList<ThreadListing>? Threads = null);

/// <param name="Pid">The id a user names: the process's first one, which the program goes on seeing.</param>
/// <param name="HostPid">The id the kernel of this machine knows it by now.</param>
/// <param name="State">running, or moving.</param>
public sealed record ProcessStatus(
    int Pid,
    int HostPid,
    int SupervisorPid,
    string Isa,
    bool Emulated,
    string State,
    int Migrations,
    double UptimeSeconds,
    IReadOnlyList<string> Command)
{
    /// <summary>Every process of the unit, parents before their children.</summary>
    public IReadOnlyList<MemberStatus> Members { get; init; } = [];
}

/// <summary>One process of a unit.</summary>
/// <param name="Pid">What the program calls it.</param>
/// <param name="Depth">0 for the first process, and for orphans.</param>
/// <param name="Isa">Empty for a program of another's making.</param>
/// <param name="State">running, stopped, ended (not waited for), foreign.</param>
public sealed record MemberStatus(
    int Pid, int HostPid, int Depth, string Isa, string State, IReadOnlyList<string> Command);

/// <summary>One move, or why it would or did not happen; times in milliseconds.</summary>
/// <param name="Obstacles">What is in the way; empty when it moved (or, in a dry run, would).</param>
/// <param name="ParkMs">From the request until every thread was parked.</param>
/// <param name="MemoryBytes">All that moved.</param>
/// <param name="StillBytes">Of those, copied while the program stood still.</param>
/// <param name="StartMs">Starting the target, before the request to park.</param>
/// <param name="PreCopyMs">Copying memory ahead, while the program still ran.</param>
/// <param name="DowntimeMs">From the first parked thread seen to GO.</param>
public sealed record MoveReport(
    int Number,
    string Source,
    string Target,
    bool TargetEmulated,
    bool DryRun,
    IReadOnlyList<string> Obstacles,
    int Processes,
    int Threads,
    int Frames,
    int Values,
    long MemoryBytes,
    long StillBytes,
    int Descriptors,
    double StartMs,
    double PreCopyMs,
    double ParkMs,
    double CaptureMs,
    double TransformMs,
    double TransferMs,
    double RestoreMs,
    double DowntimeMs);

public sealed record CheckpointReport(
    string Path,
    long FileBytes,
    long MemoryBytes,
    int Processes,
    int Threads,
    int Frames,
    double ParkMs,
    double DowntimeMs,
    bool Stopped)
{
    /// <summary>What is in the way, in a dry run.</summary>
    public IReadOnlyList<string> Obstacles { get; init; } = [];

    /// <summary>TCP connections whose other side waits for the image to be restored.</summary>
    public int WaitingConnections { get; init; }

    /// <summary>TCP connections that go on with the program, so that the image has them as reset.</summary>
    public int LostConnections { get; init; }
}

/// <summary>A thread for <c>inspect</c>, innermost frame first.</summary>
/// <param name="Pid">The process it belongs to, as the program sees it; 0 in the listing of an image.</param>
public sealed record ThreadListing(int Pid, int Slot, string Waiting, IReadOnlyList<FrameListing> Frames);

public sealed record FrameListing(
    int Number, string Function, string Callee, string File, int Line, IReadOnlyList<ValueListing> Values);

/// <param name="Locations">ISA name to place, as in <c>rbx</c> or <c>[sp+0x18]</c>.</param>
public sealed record ValueListing(string Name, string Type, string Text, IReadOnlyDictionary<string, string> Locations);

/// <summary>What <c>inspect FILE --json</c> prints.</summary>
/// <param name="Parent">The image it is the difference to.</param>
/// <param name="MemoryBytes">Stored in it, before compression.</param>
/// <param name="KeptBytes">In its parent.</param>
/// <param name="Objects">Open file descriptions, a sentence each.</param>
public sealed record ImageListing(
    string Path,
    string Identity,
    string? Parent,
    string TakenAt,
    uint User,
    string Machine,
    bool Encrypted,
    bool Compressed,
    long FileBytes,
    long MemoryBytes,
    long KeptBytes,
    IReadOnlyList<string> Objects,
    IReadOnlyList<ImageProcessListing> Processes,
    IReadOnlyList<ImageZombieListing> Zombies)
{
    /// <summary>System V shared memory that the processes have attached, a sentence each.</summary>
    public IReadOnlyList<string> Segments { get; init; } = [];
}

/// <param name="Descriptors">Number to place in <see cref="ImageListing.Objects"/>.</param>
public sealed record ImageProcessListing(
    int Pid,
    int ParentPid,
    string Program,
    IReadOnlyList<string> Arguments,
    string BuildId,
    string TakenOn,
    string WorkingDirectory,
    IReadOnlyDictionary<int, int> Descriptors,
    IReadOnlyList<ThreadListing> Threads);

/// <summary>A process that had ended, and that its parent had not waited for.</summary>
/// <param name="End">How, in words.</param>
public sealed record ImageZombieListing(int Pid, int ParentPid, string End);

/// <summary>One line of <c>doctor</c>.</summary>
public sealed record MachineFinding(string Subject, string State, string Detail, bool Needed);

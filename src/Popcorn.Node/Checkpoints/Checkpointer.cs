using System.Diagnostics;
using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Node.Moves;
using Popcorn.Node.Objects;
using Popcorn.Node.Processes;
using Popcorn.Transform;
using Popcorn.Wire.Agent;
using Popcorn.Wire.Control;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Checkpoints;

/// <summary>Saves a running program, all its processes as one, to a file. It goes on afterwards, unless it is told to
/// stop and the file is safely on disk.</summary>
/// <param name="first">The program's first process, as long as nobody has seen its end.</param>
/// <param name="firstStatus">How that one ended.</param>
public sealed class Checkpointer(
    ProcessTree tree, ProgramProcess? first, ExitStatus? firstStatus, MoveLimits limits)
{
    /// <summary>Less is written as fast as it is looked at again.</summary>
    private const long AheadBytesMin = 1 << 20;

    /// <summary>All reasons why this program cannot be saved now; it is not disturbed.</summary>
    /// <param name="stop">It would end with that, so its connections would have to wait.</param>
    public IReadOnlyList<string> FindObstacles(bool stop) => ObstacleFinder.FindPatiently(
        tree,
        nodes => [.. ObstacleFinder.FindForCheckpoint(nodes), .. CapturedProgram.FindObstacles(nodes, stop)]);

    public CheckpointReport Take(CheckpointRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        MoveException.ThrowIfAny(FindObstacles(request.Stop));
        ImageOptions imageOptions = request.Image;
        imageOptions.Compression.Check();
        using ImageFile? parent =
            imageOptions.ParentPath is string p ? ImageFile.Open(p, imageOptions.Secret, verify: false) : null;
        // Opened first: an unwritable place is found out before the program is touched.
        using ImageWriter writer = new(request.Path, imageOptions, parent);
        SavedPrograms programs = new();
        foreach (TreeNode member in TreeNode.Members(tree.Read()))
            _ = programs.IndexOf(member.Process!);
        // It may have executed another program since we were given it.
        using AheadPages ahead = first is null ? AheadPages.None : WriteAhead(tree.Current(first), writer);
        MoveClock clock = new();
        using CapturedProgram captured = new(clock, request.Stop, writer.Identity);
        using Standstill still = Standstill.Reach(
            tree, limits, clock, except: null, nodes => captured.Read(FirstAtTheHead(nodes)));
        WriteMemory(captured.Tree, writer, ahead);
        CapturedObjects found = captured.Found;
        writer.WriteContents(found.Contents);
        writer.WriteSections(
            Unit(programs, parent, StatusOfFirst()), Describe(still.Nodes, captured.Tree, programs, found),
            Zombies(still.Nodes), found);
        if (request.Stop)
            captured.Objects.KeepConnections();
        else
        {
            captured.Objects.ReleaseConnections();
            still.Dispose();
        }
        double downtimeMs = Stopwatch.GetElapsedTime(clock.ParkedAt).TotalMilliseconds;
        writer.Finish(request.Sync);
        if (request.Stop)
        {
            captured.Objects.SilenceConnections();
            ProgramProcess.DestroyAll([.. captured.Tree.Captures.Keys.Select(n => n.Process!)]);
            still.Forget();
        }
        IReadOnlyCollection<CapturedProcess> states = [.. captured.Tree.Captures.Values.Select(c => c.State)];
        return new CheckpointReport(
            request.Path, writer.FileBytes, writer.StoredBytes, states.Count, states.Sum(s => s.Threads.Count),
            states.Sum(s => s.Frames), clock.ParkMs, downtimeMs, request.Stop)
        {
            WaitingConnections = found.Objects.Count(
                o => o is ConnectionObject { Fate: ConnectionFate.Waits, PeerObject: < 0 }),
            LostConnections = found.Objects.Count(o => o is ConnectionObject { Fate: ConnectionFate.WentOn }),
        };
    }

    /// <summary>As much as pays, of the first process alone: it is always there and has the first place in the image. A
    /// program that is just changing its mappings writes nothing ahead.</summary>
    private static AheadPages WriteAhead(ProgramProcess process, ImageWriter writer)
    {
        using ProcessCapture capture = new(process);
        if (!capture.TryReadRunning(out IReadOnlyList<ArenaEntry> mappings, out IReadOnlyList<PageRange> pages)
            || PageRanges.Bytes(pages) < AheadBytesMin || !DirtySample.IsCalm(pages, capture.Memory))
        {
            return AheadPages.None;
        }
        AheadPages ahead = new(process.Index, WriteTracking.TryBegin(process, mappings));
        try
        {
            writer.WriteAhead(0, (int)process.Control.Pid, ahead.Take(pages), capture.Memory);
            return ahead;
        }
        catch
        {
            ahead.Dispose();
            throw;
        }
    }

    private static void WriteMemory(CapturedTree captured, ImageWriter writer, AheadPages ahead)
    {
        SharedPages shared = new();
        int index = 0;
        foreach ((TreeNode node, (ProcessCapture capture, CapturedProcess state)) in captured.Captures)
        {
            writer.WriteMemory(
                index++, (int)node.ProgramPid, shared.Assign(state), capture.Memory, ahead.FindUnwritten(node, state));
        }
    }

    private static IReadOnlyList<TreeNode> FirstAtTheHead(IReadOnlyList<TreeNode> nodes) =>
        [.. nodes.OrderBy(n => n.Process?.Index == ProcessUnit.RootIndex ? 0 : 1)];

    /// <summary>Null as long as it is one of those that are saved.</summary>
    private ExitStatus? StatusOfFirst() =>
        first is not null && first.Child.TryReap(out ExitStatus status) ? status : firstStatus;

    private static ImageUnit Unit(SavedPrograms programs, ImageFile? parent, ExitStatus? firstStatus) => new(
        DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
        HostProcess.EffectiveUser,
        Environment.MachineName,
        parent is null ? null : new ImageParent(parent.Identity, Path.GetFullPath(parent.Path)),
        programs.All,
        firstStatus?.ToWait());

    private static List<ImageProcess> Describe(
        IReadOnlyList<TreeNode> nodes, CapturedTree captured, SavedPrograms programs, CapturedObjects objects)
    {
        Dictionary<int, IReadOnlyList<string>> arguments = FamilyMember.Of(nodes, SessionTerminals.None)
            .SelectMany(m => m.Walk())
            .Where(m => !m.IsZombie).ToDictionary(m => m.Index, m => m.Program!.Arguments);
        Dictionary<TreeNode, TreeNode> parents = [];
        List<ImageProcess> processes = [];
        foreach ((TreeNode node, (ProcessCapture _, CapturedProcess state)) in captured.Captures)
        {
            foreach (TreeNode child in node.Children)
                parents[child] = node;
            ProgramProcess process = node.Process!;
            ProcessTraits traits = ProcessTraits.Of(process);
            processes.Add(new ImageProcess(
                programs.IndexOf(process),
                process.Isa,
                SavedFamily.KinshipOf(node, parents.GetValueOrDefault(node)),
                arguments[process.Index],
                state.WorkingDirectory,
                state.FileModeMask,
                traits.Limits,
                objects.Descriptors[processes.Count],
                objects.RecordLocks[processes.Count],
                [.. state.Mappings.Select(m => new ImageMapping(m, state.Origins.GetValueOrDefault(m.Start)))],
                [.. state.Threads.Select(t => Encode(t, traits, process.Program.Map))]));
        }
        return processes;
    }

    private static List<ImageZombie> Zombies(IReadOnlyList<TreeNode> nodes) =>
    [
        .. TreeNode.Members(nodes).SelectMany(parent => parent.Children.Where(c => c.IsZombie).Select(c =>
            new ImageZombie(SavedFamily.KinshipOf(c, parent), c.Facts.WaitStatus))),
    ];

    private static ImageThread Encode(CapturedThread thread, ProcessTraits traits, StateMap.StateMapReader map)
    {
        ThreadTraits own = traits.Threads.First(t => t.Slot == thread.Slot);
        FieldWriter writer = new();
        ThreadStateCodec.Encode(thread.State, map, writer);
        return new ImageThread(
            thread.Slot, thread.ThreadPointer, own.Nice, own.Affinity, writer.Written.ToArray());
    }
}

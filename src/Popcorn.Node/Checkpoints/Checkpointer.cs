using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Node.Agents;
using Popcorn.Node.Moves;
using Popcorn.Node.Objects;
using Popcorn.Node.Processes;
using Popcorn.Node.Programs;
using Popcorn.Transform;
using Popcorn.Wire.Agent;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Checkpoints;

/// <summary>Saves a running program to a file. It goes on afterwards, unless it is told to stop and the file is safely
/// on disk.</summary>
public static class Checkpointer
{
    /// <summary>Less is written as fast as it is looked at again.</summary>
    private const long AheadBytesMin = 1 << 20;

    /// <summary>All reasons why this process cannot be saved now; it is not disturbed.</summary>
    public static IReadOnlyList<string> FindObstacles(ProcessTree tree, ProgramProcess process)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(process);
        List<Obstacle> common = [.. ObstacleFinder.FindInProcess(process)];
        if (process.HasEnded)
            return Obstacle.Sentences(common);
        ProcessObstacles.FindUnsavableMemory(process.Child.Pid, common);
        List<string> obstacles = [.. Obstacle.Sentences(common)];
        int others = tree.Read().SelectMany(n => n.Walk()).Count(n => n.Pid != process.Child.Pid);
        if (others > 0)
            obstacles.Add($"it has {others} child processes, and a checkpoint file holds one; only a move takes all");
        using ObjectCapture capture = new([SourceOf(process)], parked: false);
        // What no process can hand over is named by both.
        obstacles.AddRange(capture.Read().Obstacles.Where(o => !obstacles.Contains(o)));
        return obstacles;
    }

    public static CheckpointReport Take(
        ProcessTree tree, ProgramProcess process, SupervisorOptions options, CheckpointRequest request)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(process);
        ProgramFiles program = process.Program;
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(request);
        MoveException.ThrowIfAny(FindObstacles(tree, process));
        ImageOptions imageOptions = request.Image;
        imageOptions.Compression.Check();
        using ImageFile? parent =
            imageOptions.ParentPath is string p ? ImageFile.Open(p, imageOptions.Secret, verify: false) : null;
        // Opened first: an unwritable place is found out before the program is touched.
        using ImageWriter writer = new(request.Path, imageOptions, parent);
        _ = program.Load(process.Isa);
        ImageProgram saved = new(program.Path, program.Map.BuildId, program.Fingerprints());
        WriteAhead(process, writer);
        MoveClock clock = new();
        using Parking parking = Parking.Of(tree, options.Limits.Park);
        double parkMs = clock.Lap();
        if (parking.Outcome == ParkOutcome.Ended)
            throw new MoveException(MovePhase.Park, "the program has ended") { SourceEnded = true };
        if (parking.Outcome == ParkOutcome.TimedOut)
            throw new MoveException(MovePhase.Park, parking.Why);
        using ProcessCapture capture = new(process);
        CapturedProcess captured = capture.ReadRest(capture.ReadThreads(), withShared: true);
        using ObjectCapture objects = new([SourceOf(process)], parked: true);
        CapturedObjects found = objects.Read();
        MoveException.ThrowIfAny(found.Obstacles);
        ImageProcess image = Describe(program, process, captured, found, options.Command);
        writer.WriteMemory(0, image.Kinship.Pid, captured, capture.Memory);
        writer.WriteContents(found.Contents);
        writer.WriteSections(Unit(saved, parent), [image], found);
        if (!request.Stop)
            parking.Dispose();
        double downtimeMs = clock.Lap();
        writer.Finish(request.Sync);
        if (request.Stop)
        {
            _ = process.Destroy();
            parking.Forget();
        }
        return new CheckpointReport(
            request.Path, writer.FileBytes, writer.StoredBytes, captured.Threads.Count, captured.Frames, parkMs,
            downtimeMs, request.Stop);
    }

    /// <summary>As much as pays; a program that is just changing its mappings writes nothing ahead.</summary>
    private static void WriteAhead(ProgramProcess process, ImageWriter writer)
    {
        using ProcessCapture capture = new(process);
        if (capture.TryReadRunning(out _, out IReadOnlyList<PageRange> pages)
            && PageRanges.Bytes(pages) >= AheadBytesMin && DirtySample.IsCalm(pages, capture.Memory))
        {
            writer.WriteAhead(0, (int)process.Control.Pid, pages, capture.Memory);
        }
    }

    private static DescriptorSource SourceOf(ProgramProcess process) => new(
        process.Child,
        [.. ProcessFiles.Descriptors(process.Child.Pid).Where(d => !ProcessCapture.IsOurs(d))]);

    private static ImageUnit Unit(ImageProgram program, ImageFile? parent) => new(
        DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
        HostProcess.EffectiveUser,
        Environment.MachineName,
        parent is null ? null : new ImageParent(parent.Identity, Path.GetFullPath(parent.Path)),
        [program]);

    private static ImageProcess Describe(
        ProgramFiles program, ProgramProcess process, CapturedProcess captured, CapturedObjects objects,
        IReadOnlyList<string> arguments)
    {
        int hostPid = process.Child.Pid;
        ProcessTraits traits = ProcessTraits.Of(process);
        int pid = (int)process.Control.Pid;
        // A leader of its own group or session is one again; any other is where whoever restores is.
        int group = HostProcess.ProcessGroupOf(hostPid) == hostPid ? pid : 0;
        int session = HostProcess.SessionOf(hostPid) == hostPid ? pid : 0;
        return new ImageProcess(
            Program: 0,
            process.Isa,
            new ImageKinship(pid, Parent: 0, group, session),
            arguments,
            captured.WorkingDirectory,
            captured.FileModeMask,
            traits.Limits,
            objects.Descriptors[0],
            objects.RecordLocks[0],
            [.. captured.Mappings.Select(m => new ImageMapping(
                m, (captured.Origins.GetValueOrDefault(m.Start) as PathOrigin)?.Path ?? ""))],
            [.. captured.Threads.Select(t => Encode(t, traits, program.Map))]);
    }

    private static ImageThread Encode(CapturedThread thread, ProcessTraits traits, StateMap.StateMapReader map)
    {
        ThreadTraits own = traits.Threads.First(t => t.Slot == thread.Slot);
        FieldWriter writer = new();
        ThreadStateCodec.Encode(thread.State, map, writer);
        return new ImageThread(
            thread.Slot, thread.ThreadPointer, own.Nice, own.Affinity, writer.Written.ToArray());
    }
}

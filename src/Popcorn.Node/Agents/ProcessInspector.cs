using Popcorn.Core;
using Popcorn.Node.Moves;
using Popcorn.Node.Processes;
using Popcorn.Node.Programs;
using Popcorn.Transform;
using Popcorn.Wire.Agent;

namespace Popcorn.Node.Agents;

/// <summary>Puts the frames of a program into words, of a live process or of an image's threads.</summary>
public sealed class ProcessInspector(ProcessTree tree)
{
    /// <summary>Deeper stacks are cut: nobody reads more, and the reply has a limit.</summary>
    private const int FramesMax = 10_000;

    /// <summary>Parks the unit for the moment it takes to read its stacks.</summary>
    public IReadOnlyList<ThreadListing> Inspect(MoveLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        foreach (ProgramProcess process in Processes())
            _ = process.Program.Load(process.Isa);
        List<(ProgramProcess Process, List<(CapturedThread Thread, byte[] Saved)> Threads)> captured = [];
        using (Parking parking = Parking.Of(tree, limits.Park))
        {
            MoveException.ThrowIfRuns(parking);
            foreach (ProgramProcess process in Processes())
            {
                using ProcessCapture capture = new(process);
                captured.Add((process, [.. capture.ReadThreads()
                    .Select(t => (t, SavedValueReader.Read(t, process.Program.Map, capture.Memory.Read)))]));
            }
        }
        return [.. captured.SelectMany(c => c.Threads.Select(
            t => Describe(c.Process.Program, (int)c.Process.Control.Pid, t.Thread, t.Saved)))];
    }

    /// <param name="pid">The process, as the program sees it.</param>
    /// <param name="saved">What <see cref="SavedValueReader"/> read of the thread.</param>
    public static ThreadListing Describe(ProgramFiles program, int pid, CapturedThread thread, byte[] saved)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(thread);
        IReadOnlyList<Isa> isas = program.Map.Isas;
        string waiting = thread.State.Kind == ParkKind.SystemCall
            ? $"system call {thread.State.SystemCallNumber}"
            : "migration point";
        return new ThreadListing(
            pid,
            (int)thread.Slot,
            waiting,
            [.. FrameDescriber.Describe(thread.State, program.Map, isas, framesMax: FramesMax, saved: saved)
                .Select(f => Describe(f, isas))]);
    }

    private IEnumerable<ProgramProcess> Processes() =>
        tree.Members().Where(m => m.Process is { HasEnded: false }).Select(m => m.Process!);

    private static FrameListing Describe(FrameDescription frame, IReadOnlyList<Isa> isas) => new(
        frame.Number,
        frame.Function,
        frame.Callee,
        frame.File,
        frame.Line,
        [.. frame.Values.Select(v => new ValueListing(v.Name, v.Type, v.Text, Locations(v, isas)))]);

    private static Dictionary<string, string> Locations(ValueDescription value, IReadOnlyList<Isa> isas)
    {
        Dictionary<string, string> locations = [];
        for (int i = 0; i < isas.Count && i < value.Locations.Count; i++)
            locations[isas[i].Name()] = value.Locations[i];
        return locations;
    }
}

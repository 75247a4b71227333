using Popcorn.Core;
using Popcorn.Node.Moves;
using Popcorn.Node.Processes;
using Popcorn.Node.Programs;
using Popcorn.Transform;
using Popcorn.Wire.Agent;

namespace Popcorn.Node.Agents;

/// <summary>Puts the frames of a program into words, of a live process or of an image's threads.</summary>
public sealed class ProcessInspector(ProgramFiles program)
{
    /// <summary>Deeper stacks are cut: nobody reads more, and the reply has a limit.</summary>
    private const int FramesMax = 10_000;

    /// <summary>Parks the process for the moment it takes to read its stacks.</summary>
    public IReadOnlyList<ThreadListing> Inspect(ProgramProcess process, MoveLimits limits)
    {
        ArgumentNullException.ThrowIfNull(process);
        ArgumentNullException.ThrowIfNull(limits);
        _ = program.Load(process.Isa);
        IReadOnlyList<CapturedThread> threads;
        using (Parking parking = Parking.Of(process, limits.Park))
        {
            if (parking.Outcome == ParkOutcome.TimedOut)
                throw new MoveException(MovePhase.Park, parking.Why);
            if (parking.Outcome == ParkOutcome.Ended)
                throw new MoveException(MovePhase.Park, "the program has ended") { SourceEnded = true };
            using ProcessCapture capture = new(program, process);
            threads = capture.ReadThreads();
        }
        return Describe(threads);
    }

    public IReadOnlyList<ThreadListing> Describe(IReadOnlyList<CapturedThread> threads)
    {
        IReadOnlyList<Isa> isas = program.Map.Isas;
        return [.. threads.Select(t => Describe(t, isas))];
    }

    private ThreadListing Describe(CapturedThread thread, IReadOnlyList<Isa> isas)
    {
        string waiting = thread.State.Kind == ParkKind.SystemCall
            ? $"system call {thread.State.SystemCallNumber}"
            : "migration point";
        return new ThreadListing(
            (int)thread.Slot,
            waiting,
            [.. FrameDescriber.Describe(thread.State, program.Map, isas, framesMax: FramesMax)
                .Select(f => Describe(f, isas))]);
    }

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

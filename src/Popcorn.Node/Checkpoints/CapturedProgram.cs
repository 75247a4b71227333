using Popcorn.Linux;
using Popcorn.Node.Moves;
using Popcorn.Node.Objects;
using Popcorn.Node.Processes;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Checkpoints;

/// <summary>
/// What an image holds of a parked program: the state of its processes and the objects behind their descriptors. Owns
/// the captures; disposing leaves the program's connections as they were, unless they were kept or silenced.
/// </summary>
/// <param name="stop">The program ends with the checkpoint.</param>
internal sealed class CapturedProgram(MoveClock clock, bool stop, ImageIdentity image) : IDisposable
{
    private CapturedTree? _tree;
    private ObjectCapture? _objects;
    private CapturedObjects? _found;

    public CapturedTree Tree => _tree ?? throw NotRead();

    public ObjectCapture Objects => _objects ?? throw NotRead();

    public CapturedObjects Found => _found ?? throw NotRead();

    /// <summary>Reads everything, and returns what stands in the way; nothing is held if anything does.</summary>
    public IReadOnlyList<Obstacle> Read(IReadOnlyList<TreeNode> nodes)
    {
        IReadOnlyList<Obstacle> obstacles = ObstacleFinder.FindForCheckpoint(nodes);
        if (obstacles.Count > 0)
            return obstacles;
        _tree = CapturedTree.Read(nodes, clock);
        TreeNode[] members = [.. _tree.Captures.Keys];
        _objects = new ObjectCapture(SourcesOf(members), stop, image);
        _found = _objects.Read(SegmentsOf(_tree));
        obstacles = _found.Obstacles;
        if (obstacles.Count > 0)
            Dispose();
        return obstacles;
    }

    /// <summary>What stands in the way among the objects of a program that runs.</summary>
    public static IReadOnlyList<Obstacle> FindObstacles(IReadOnlyList<TreeNode> nodes, bool stop)
    {
        TreeNode[] members = [.. TreeNode.Members(nodes)];
        try
        {
            using ObjectCapture objects = new(SourcesOf(members), stop, image: null);
            return objects.Read(segments: []).Obstacles;
        }
        catch (Exception e) when (
            e is IOException or LinuxCallException && members.Any(m => m.Process!.HasEnded))
        {
            // One of them ended meanwhile. They are all looked at again once they are parked.
            return [];
        }
    }

    public void Dispose()
    {
        _objects?.Dispose();
        _tree?.Dispose();
        (_objects, _found, _tree) = (null, null, null);
    }

    private static InvalidOperationException NotRead() => new("the program has not been read");

    private static int[] SegmentsOf(CapturedTree captured) =>
    [
        .. captured.Captures.Values.SelectMany(c => c.State.Origins.Values).OfType<SegmentOrigin>()
            .Select(o => o.Segment).Distinct(),
    ];

    private static DescriptorSource[] SourcesOf(TreeNode[] members) =>
    [
        .. members.Select(m => new DescriptorSource(
            m.Process!.Child,
            [.. ProcessFiles.Descriptors(m.Pid).Where(d => !ProcessCapture.IsOurs(d))],
            members.Length > 1 ? $"process {m.ProgramPid}: " : "")),
    ];
}

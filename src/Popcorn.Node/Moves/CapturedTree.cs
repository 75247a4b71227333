using Popcorn.Node.Processes;

namespace Popcorn.Node.Moves;

/// <summary>The state of every member of a parked unit. It owns the captures, which read memory until they are
/// disposed.</summary>
public sealed class CapturedTree : IDisposable
{
    private readonly Dictionary<TreeNode, (ProcessCapture Capture, CapturedProcess State)> _captures = [];

    /// <summary>Parents first.</summary>
    public IReadOnlyDictionary<TreeNode, (ProcessCapture Capture, CapturedProcess State)> Captures => _captures;

    public static CapturedTree Read(IReadOnlyList<TreeNode> tree, MoveClock clock)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(clock);
        CapturedTree captured = new();
        try
        {
            foreach (TreeNode node in TreeNode.Members(tree))
            {
                ProcessCapture capture = new(node.Process!);
                captured._captures.Add(node, (capture, null!));
                IReadOnlyList<CapturedThread> threads = capture.ReadThreads();
                clock.TransformMs += clock.Lap();
                captured._captures[node] = (capture, capture.ReadRest(threads));
                clock.CaptureMs += clock.Lap();
            }
            return captured;
        }
        catch
        {
            captured.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach ((ProcessCapture capture, CapturedProcess _) in _captures.Values)
            capture.Dispose();
    }
}

using Popcorn.Linux;
using Popcorn.Node.Moves;
using Popcorn.Node.Processes;

namespace Popcorn.Node.Checkpoints;

/// <summary>Pages of one process that were written to an image while it ran, and what is known of its writes to them
/// since. Disposing ends the watch on them.</summary>
/// <param name="process">Its place in the unit's table.</param>
/// <param name="writes">Null where writes are not told of: then pages have to be compared.</param>
internal sealed class AheadPages(int process, WriteTracker? writes) : IDisposable
{
    private IReadOnlyList<PageRange> _pages = [];

    /// <summary>Nothing was written.</summary>
    public static AheadPages None { get; } = new(-1, null);

    /// <summary>From here on writes to the pages are noted, so what is read after this is not older.</summary>
    public IReadOnlyList<PageRange> Take(IReadOnlyList<PageRange> pages) =>
        _pages = writes?.TakeWritten(pages) ?? pages;

    /// <summary>Those that a parked process is known not to have written.</summary>
    public IReadOnlyList<PageRange> FindUnwritten(TreeNode node, CapturedProcess state)
    {
        bool isKnown = writes is not null && node.Process!.Index == process
            && !WriteTracking.ReadsDirectly(state.Descriptors);
        return isKnown ? writes!.FindUnwritten(_pages) : [];
    }

    public void Dispose() => writes?.Dispose();
}

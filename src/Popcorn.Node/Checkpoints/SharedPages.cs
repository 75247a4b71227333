using Popcorn.Linux;
using Popcorn.Node.Moves;
using Popcorn.Wire.Control;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Checkpoints;

/// <summary>
/// Memory without a file that the processes of an image share: each part of it is stored once, with the first process
/// that has it mapped.
/// </summary>
internal sealed class SharedPages
{
    private readonly Dictionary<ulong, IReadOnlyList<PageRange>> _stored = [];

    /// <summary>The process with what it is to store of shared memory among its pages. Holes too: a page that another
    /// process has filled is in none of this one's tables.</summary>
    public CapturedProcess Assign(CapturedProcess process)
    {
        ArgumentNullException.ThrowIfNull(process);
        List<PageRange> pages = [.. process.Pages];
        foreach (ArenaEntry mapping in process.Mappings)
        {
            if (process.Origins.GetValueOrDefault(mapping.Start) is not SharedOrigin origin)
                continue;
            IReadOnlyList<PageRange> stored = _stored.GetValueOrDefault(origin.Number) ?? [];
            List<PageRange> fresh =
                PageRanges.Subtract([new PageRange(origin.Offset, origin.Offset + mapping.Bytes)], stored);
            _stored[origin.Number] = [.. stored.Concat(fresh).OrderBy(r => r.Start)];
            ulong shift = mapping.Start - origin.Offset;
            pages.AddRange(fresh.Select(r => new PageRange(r.Start + shift, r.End + shift)));
        }
        pages.Sort((a, b) => a.Start.CompareTo(b.Start));
        return process with { Pages = pages };
    }
}

using Popcorn.Linux;
using Popcorn.Node.Processes;
using Popcorn.Wire.Control;

namespace Popcorn.Node.Moves;

/// <summary>
/// Memory that a target was given while the source still ran (pre-copy; Clark et al., Live Migration of Virtual
/// Machines, NSDI 2005). What the source has changed since is known by its writes where the kernel tells of them, and
/// otherwise found by comparing once it is parked. Disposing ends the watch on its writes.
/// </summary>
public sealed class PreCopy : IDisposable
{
    /// <summary>Less is copied as fast as it is compared.</summary>
    private const long BytesMin = 1 << 20;

    private const int PassesMax = 4;

    private readonly MemoryLayout _layout;
    private readonly IReadOnlyList<PageRange> _pages;
    private readonly WriteTracker? _writes;

    /// <summary>Of the pages, those that may be otherwise in the target although they were not written since.</summary>
    private IReadOnlyList<PageRange> _unsure = [];

    private PreCopy(MemoryLayout layout, IReadOnlyList<PageRange> pages, WriteTracker? writes)
    {
        _layout = layout;
        _pages = pages;
        _writes = writes;
    }

    /// <summary>Nothing was copied.</summary>
    public static PreCopy None { get; } = new(MemoryLayout.None, [], null);

    /// <summary>
    /// Copies the program's own private memory. Whatever it unmaps meanwhile is not copied; a torn look at its table
    /// of mappings copies nothing. Throws <see cref="MoveException"/> when the target fails.
    /// </summary>
    public static PreCopy Run(ProgramProcess source, RestoreTarget target)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        using ProcessCapture capture = new(source);
        if (!capture.TryReadRunning(out IReadOnlyList<ArenaEntry> mappings, out IReadOnlyList<PageRange> pages)
            || PageRanges.Bytes(pages) < BytesMin)
        {
            return None;
        }
        MemoryLayout layout = new(mappings);
        WriteTracker? writes = WriteTracking.TryBegin(source, mappings);
        try
        {
            layout.Replace(MemoryLayout.None, target.Sender.Frames);
            target.Synchronise();
            using RemoteMemory memory = new(target.Process.Child.Pid);
            PageCopier copier = new((address, buffer) => capture.Memory.TryRead(address, buffer, out _), memory);
            if (writes is not null)
                return CopyWritten(layout, WriteTracking.RangesOf(mappings), writes, copier);
            CopyAndCompare(pages, copier);
            return new PreCopy(layout, pages, writes: null);
        }
        catch (Exception e)
        {
            writes?.Dispose();
            if (e is LinuxCallException failure)
                throw target.Explain(failure);
            throw;
        }
    }

    /// <summary>Each pass copies what was written during the one before, as long as that gets less.</summary>
    private static PreCopy CopyWritten(
        MemoryLayout layout, IReadOnlyList<PageRange> mappings, WriteTracker writes, PageCopier copier)
    {
        IReadOnlyList<PageRange> pages = [];
        IReadOnlyList<PageRange> unsure = [];
        long before = long.MaxValue;
        for (int pass = 0; pass < PassesMax; pass++)
        {
            // Protected first and read then: what is written from here on is told of again.
            IReadOnlyList<PageRange> written = writes.TakeWritten(mappings);
            unsure = PageRanges.Unite(unsure, copier.Copy(written));
            pages = PageRanges.Unite(pages, written);
            long bytes = PageRanges.Bytes(written);
            if (bytes > before / 2 || bytes < BytesMin)
                break;
            before = bytes;
        }
        return new PreCopy(layout, pages, writes) { _unsure = unsure };
    }

    private static void CopyAndCompare(IReadOnlyList<PageRange> pages, PageCopier copier)
    {
        _ = copier.Copy(pages);
        // Again as long as it pays: each time the program has had less time to change anything.
        long changed = PageRanges.Bytes(pages);
        for (int pass = 1; pass < PassesMax; pass++)
        {
            long before = changed;
            changed = copier.CopyDifferences(pages);
            if (changed > before / 2 || changed < BytesMin)
                break;
        }
    }

    /// <summary>
    /// Gives the target what it lacks of the memory of the parked program; returns the bytes written.
    /// </summary>
    public long Complete(ProcessCapture capture, CapturedProcess captured, RestoreTarget target)
    {
        ArgumentNullException.ThrowIfNull(capture);
        ArgumentNullException.ThrowIfNull(captured);
        ArgumentNullException.ThrowIfNull(target);
        MemoryLayout layout = new(captured.Mappings);
        layout.Replace(_layout, target.Sender.Frames);
        RestoreScript.MapObjects(target.Sender.Frames, captured.Mappings, captured.Origins);
        target.Synchronise();
        // What was copied and is not there any more reads as zeros, and is written so.
        IReadOnlyList<PageRange> held = PageRanges.Intersect(_pages, layout.Kept(_layout));
        IReadOnlyList<PageRange> fresh = PageRanges.Subtract(captured.Pages, held);
        using RemoteMemory memory = new(target.Process.Child.Pid);
        PageCopier copier = new((address, buffer) =>
        {
            capture.Memory.Read(address, buffer);
            return true;
        }, memory);
        _ = copier.Copy(fresh);
        if (_writes is null || WriteTracking.ReadsDirectly(captured.Descriptors))
            return PageRanges.Bytes(fresh) + copier.CopyDifferences(held);
        IReadOnlyList<PageRange> unchanged = PageRanges.Subtract(_writes.FindUnwritten(held), _unsure);
        IReadOnlyList<PageRange> changed = PageRanges.Subtract(held, unchanged);
        _ = copier.Copy(changed);
        return PageRanges.Bytes(fresh) + PageRanges.Bytes(changed);
    }

    public void Dispose() => _writes?.Dispose();
}

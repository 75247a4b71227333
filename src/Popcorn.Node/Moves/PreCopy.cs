using Popcorn.Linux;
using Popcorn.Node.Processes;
using Popcorn.Wire.Control;

namespace Popcorn.Node.Moves;

/// <summary>
/// Memory that a target was given while the source still ran (pre-copy; Clark et al., Live Migration of Virtual
/// Machines, NSDI 2005). What the source has changed since is found by comparing once it is parked: that takes a
/// fraction of the time that filling fresh pages takes.
/// </summary>
public sealed class PreCopy
{
    /// <summary>Less is copied as fast as it is compared.</summary>
    private const long BytesMin = 1 << 20;

    private const int PassesMax = 4;

    private readonly MemoryLayout _layout;
    private readonly IReadOnlyList<PageRange> _pages;

    private PreCopy(MemoryLayout layout, IReadOnlyList<PageRange> pages)
    {
        _layout = layout;
        _pages = pages;
    }

    /// <summary>Nothing was copied.</summary>
    public static PreCopy None { get; } = new(MemoryLayout.None, []);

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
        try
        {
            CopyWhileRunning(layout, pages, capture, target);
            return new PreCopy(layout, pages);
        }
        catch (LinuxCallException e)
        {
            throw target.Explain(e);
        }
    }

    private static void CopyWhileRunning(
        MemoryLayout layout, IReadOnlyList<PageRange> pages, ProcessCapture capture, RestoreTarget target)
    {
        layout.Replace(MemoryLayout.None, target.Sender.Frames);
        target.Synchronise();
        using RemoteMemory memory = new(target.Process.Child.Pid);
        PageCopier copier = new((address, buffer) => capture.Memory.TryRead(address, buffer, out _), memory);
        copier.Copy(pages);
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
        copier.Copy(fresh);
        return PageRanges.Bytes(fresh) + copier.CopyDifferences(held);
    }
}

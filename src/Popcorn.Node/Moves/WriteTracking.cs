using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Win32.SafeHandles;
using Popcorn.Linux;
using Popcorn.Node.Objects;
using Popcorn.Node.Processes;
using Popcorn.Wire.Control;

namespace Popcorn.Node.Moves;

/// <summary>
/// Has a running program's writes told apart by the kernel (docs/decisions/0017). The program makes the userfaultfd in
/// the handler of a kick and waits until we have fetched it, which takes it about a tenth of a millisecond.
/// </summary>
internal static class WriteTracking
{
    /// <summary>Asked one after the other: the first may be in the kernel, where a kick has to wait.</summary>
    private const int ThreadsMax = 4;

    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(5);

    /// <summary>Null where that does not work: under an emulator, on a kernel before 6.7, and for programs that read
    /// files past the page cache, since what a device writes is not noted.</summary>
    public static WriteTracker? TryBegin(ProgramProcess process, IReadOnlyList<ArenaEntry> mappings)
    {
        if (process.Host.IsEmulated)
            return null;
        try
        {
            if (ReadsDirectly(ProcessFiles.Descriptors(process.Child.Pid))
                || !TryFetch(process, out SafeFileHandle? userfaultfd))
            {
                return null;
            }
            return WriteTracker.TryBegin(userfaultfd, process.Child.Pid, RangesOf(mappings));
        }
        catch (Exception e) when (e is LinuxCallException or IOException)
        {
            // It ends, or has closed the descriptor because we took too long.
            return null;
        }
    }

    /// <summary>Whether what was found to be unwritten is not to be relied on.</summary>
    public static bool ReadsDirectly(IEnumerable<DescriptorFacts> descriptors) =>
        descriptors.Any(d => (HostFlags.ToGeneric(d.Flags) & HostFlags.Direct) != 0);

    public static IReadOnlyList<PageRange> RangesOf(IReadOnlyList<ArenaEntry> mappings) =>
        [.. mappings.Select(m => new PageRange(m.Start, m.End))];

    private static bool TryFetch(ProgramProcess process, [NotNullWhen(true)] out SafeFileHandle? userfaultfd)
    {
        userfaultfd = null;
        ControlRegion control = process.Control;
        if (control.State != RuntimeState.Running || !control.TrySetTrack(TrackState.None, TrackState.Wanted))
            return false;
        foreach (ThreadSlot slot in control.LiveSlots().Take(ThreadsMax))
        {
            _ = process.Child.SignalThread((int)slot.Tid, SignalNumbers.Kick);
            Wait(control, TrackState.Wanted);
            if (control.Track != TrackState.Wanted)
                break;
        }
        if (control.TrySetTrack(TrackState.Wanted, TrackState.None))
            return false;
        Wait(control, TrackState.Claimed);
        int number = control.TrackDescriptor;
        if (control.Track == TrackState.Offered && number >= 0)
            userfaultfd = process.Child.Duplicate(number);
        _ = control.TrySetTrack(TrackState.Offered, TrackState.None);
        return userfaultfd is not null;
    }

    private static void Wait(ControlRegion control, TrackState state)
    {
        long start = Stopwatch.GetTimestamp();
        for (TimeSpan left = s_patience; control.Track == state && left > TimeSpan.Zero;
            left = s_patience - Stopwatch.GetElapsedTime(start))
        {
            control.WaitTrack(state, left);
        }
    }
}

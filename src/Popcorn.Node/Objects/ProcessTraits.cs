using Popcorn.Linux;
using Popcorn.Node.Processes;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Objects;

/// <summary>Nice value and processors of a thread, as far as they differ from ours.</summary>
/// <param name="Nice">Difference to ours.</param>
/// <param name="Affinity">Bit mask; empty for ours.</param>
public sealed record ThreadTraits(uint Slot, int Nice, ReadOnlyMemory<byte> Affinity);

/// <summary>
/// Resource limits, nice values and processors of a process, as far as they differ from ours: a process that changed
/// nothing gets those of whoever restores it.
/// </summary>
public sealed record ProcessTraits(IReadOnlyList<ImageLimit> Limits, IReadOnlyList<ThreadTraits> Threads)
{
    public static ProcessTraits Of(ProgramProcess process)
    {
        ArgumentNullException.ThrowIfNull(process);
        List<ImageLimit> limits = [];
        for (int number = 0; number < ProcessResources.LimitCount; number++)
        {
            (ulong soft, ulong hard) = ProcessResources.Limit(process.Child.Pid, number);
            if ((soft, hard) != ProcessResources.Limit(Environment.ProcessId, number))
                limits.Add(new ImageLimit((byte)number, soft, hard));
        }
        int nice = ProcessResources.Nice(Environment.ProcessId);
        byte[] affinity = ProcessResources.Affinity(Environment.ProcessId);
        List<ThreadTraits> threads = [];
        foreach (ThreadSlot slot in process.Control.LiveSlots())
        {
            byte[] theirs = ProcessResources.Affinity((int)slot.Tid);
            threads.Add(new ThreadTraits(
                (uint)slot.Index, ProcessResources.Nice((int)slot.Tid) - nice,
                theirs.AsSpan().SequenceEqual(affinity) ? Array.Empty<byte>() : theirs));
        }
        return new ProcessTraits(limits, threads);
    }

    /// <summary>
    /// For a target that has carried out its script: restoring may need more than the program was allowed. As far as we
    /// may: only root raises hard limits and priorities. Processors that are not there leave a thread where it may run
    /// now.
    /// </summary>
    public void Apply(ProgramProcess target)
    {
        ArgumentNullException.ThrowIfNull(target);
        int nice = ProcessResources.Nice(Environment.ProcessId);
        foreach (ThreadTraits thread in Threads)
        {
            int tid = (int)target.Control.Slot((int)thread.Slot).Tid;
            if (thread.Nice != 0)
                _ = ProcessResources.TrySetNice(tid, nice + thread.Nice);
            if (thread.Affinity.Length > 0)
                _ = ProcessResources.TrySetAffinity(tid, thread.Affinity.Span);
        }
        foreach (ImageLimit limit in Limits)
        {
            if (limit.Number < ProcessResources.LimitCount)
                _ = ProcessResources.TrySetLimit(target.Child.Pid, limit.Number, limit.Soft, limit.Hard);
        }
    }
}

using System.Buffers.Binary;
using Popcorn.Linux;
using Popcorn.Wire.Control;

namespace Popcorn.Node.Processes;

/// <summary>
/// Our mapping of one process's own part of the control region (contracts, section 7). What all processes share is
/// <see cref="ProcessUnit"/>'s. The process at the other side is not trusted: what is read is checked by whoever uses
/// it.
/// </summary>
public sealed class ControlRegion(PageMapping mapping) : IDisposable
{
    public uint Parked => Read(ControlLayout.Parked);

    public uint Threads => Read(ControlLayout.Threads);

    public bool IsExiting => Read(ControlLayout.Exiting) != 0;

    public RuntimeState State => (RuntimeState)Read(ControlLayout.State);

    public uint AbiVersion => Read(ControlLayout.AbiVersionField);

    public uint Pid => Read(ControlLayout.Pid);

    public uint Generation => Read(ControlLayout.Generation);

    public Popcorn.Core.Isa Isa => (Popcorn.Core.Isa)Read(ControlLayout.IsaField);

    /// <summary>When a restored program went on, as <see cref="System.Diagnostics.Stopwatch"/> counts; 0 when it has
    /// not said.</summary>
    public long RunningSince => (long)ReadWide(ControlLayout.RunningSince);

    public TrackState Track => (TrackState)Read(ControlLayout.Track);

    /// <summary>What it has offered, or minus errno.</summary>
    public int TrackDescriptor => (int)Read(ControlLayout.TrackDescriptor);

    /// <summary>Nothing of the program runs in it: each of its threads is parked.</summary>
    public bool AllParked
    {
        get
        {
            uint parked = Parked;
            return parked != 0 && parked >= Threads;
        }
    }

    public ThreadSlot Slot(int index)
    {
        int offset = ControlLayout.Slot(index);
        return new ThreadSlot(
            index,
            Read(offset + ControlLayout.SlotTid),
            (ThreadParkState)Read(offset + ControlLayout.SlotState),
            Read(offset + ControlLayout.SlotHandlerDepth));
    }

    /// <summary>
    /// Slots in use. The program's main thread has slot 0. The search ends with the last live thread: touching the
    /// pages of a thousand free slots would allocate them, which takes longer than reading a stack.
    /// </summary>
    public IEnumerable<ThreadSlot> LiveSlots()
    {
        uint left = Threads;
        for (int i = 0; i < ControlLayout.SlotCount && left > 0; i++)
        {
            ThreadSlot slot = Slot(i);
            if (slot.Tid == 0 || slot.State == ThreadParkState.Free)
                continue;
            left--;
            yield return slot;
        }
    }

    /// <summary>A copy of a slot's bytes, so that checks and uses see the same values.</summary>
    public byte[] CopySlot(int index) =>
        mapping.Span.Slice(ControlLayout.Slot(index), ControlLayout.SlotBytes).ToArray();

    public ulong ReadWide(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(mapping.Span[offset..]);

    /// <summary>Changes <see cref="Track"/>, unless it is not what it was expected to be.</summary>
    public bool TrySetTrack(TrackState expected, TrackState next)
    {
        ref uint word = ref Futex.Word(mapping, ControlLayout.Track);
        if (Interlocked.CompareExchange(ref word, (uint)next, (uint)expected) != (uint)expected)
            return false;
        Futex.WakeAll(mapping, ControlLayout.Track);
        return true;
    }

    /// <summary>Sleeps as long as <see cref="Track"/> is that, at most so long.</summary>
    public void WaitTrack(TrackState seen, TimeSpan timeout) =>
        Futex.Wait(mapping, ControlLayout.Track, (uint)seen, timeout);

    public void Dispose() => mapping.Dispose();

    private uint Read(int offset) => Volatile.Read(ref Futex.Word(mapping, offset));
}

/// <summary>What the agent decides on of a thread slot.</summary>
public readonly record struct ThreadSlot(int Index, uint Tid, ThreadParkState State, uint HandlerDepth)
{
    public bool IsParked => State is ThreadParkState.ParkedAtPoint or ThreadParkState.ParkedInSystemCall;
}

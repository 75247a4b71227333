using System.Buffers.Binary;
using Popcorn.Linux;
using Popcorn.Wire.Control;

namespace Popcorn.Node.Processes;

/// <summary>
/// Our mapping of the control region of one process, with the accesses the protocol of contracts section 7 needs. It
/// owns the memfd. The process at the other side is not trusted: what is read is checked by whoever uses it.
/// </summary>
public sealed class ControlRegion : IDisposable
{
    public const string MemoryFileName = "popcorn-control";

    private readonly MemoryFile _file;

    private ControlRegion(MemoryFile file) => _file = file;

    public int Descriptor => (int)_file.File.DangerousGetHandle();

    public uint Parked => Read(ControlLayout.Parked);

    public uint Threads => Read(ControlLayout.Threads);

    public bool IsParkingRequested => (Read(ControlLayout.Request) & 1) != 0;

    public bool IsExiting => Read(ControlLayout.Exiting) != 0;

    public RuntimeState State => (RuntimeState)Read(ControlLayout.State);

    public uint AbiVersion => Read(ControlLayout.AbiVersionField);

    public UnmovableReasons Unmovable => (UnmovableReasons)Read(ControlLayout.Unmovable);

    public uint Pid
    {
        get => Read(ControlLayout.Pid);
        set => Volatile.Write(ref Futex.Word(_file.Mapping, ControlLayout.Pid), value);
    }

    public static ControlRegion Create() => new(MemoryFile.Create(MemoryFileName, ControlLayout.RegionBytes));

    /// <summary>
    /// Makes the process park by itself at the n-th point from now on (0: never). Only before it runs, or while it is
    /// parked.
    /// </summary>
    public void SetCountdown(ulong points)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_file.Mapping.Span[ControlLayout.Countdown..], points);
        Volatile.Write(ref Futex.Word(_file.Mapping, ControlLayout.Flag), points == 0 ? 0u : 1u);
    }

    /// <summary>
    /// Asks every thread to park at its next point. False when that is asked already: a countdown ran out, and who
    /// keeps the schedule will release the threads.
    /// </summary>
    public bool RequestParking()
    {
        ref uint request = ref Futex.Word(_file.Mapping, ControlLayout.Request);
        uint seen = Volatile.Read(ref request);
        // A countdown that runs out at this very moment makes it odd too.
        bool ours = (seen & 1) == 0 && Interlocked.CompareExchange(ref request, seen + 1, seen) == seen;
        Volatile.Write(ref Futex.Word(_file.Mapping, ControlLayout.Flag), 1);
        return ours;
    }

    /// <summary>Lets every parked thread go on where it is.</summary>
    public void ReleaseThreads()
    {
        bool countdown = BinaryPrimitives.ReadUInt64LittleEndian(_file.Mapping.Span[ControlLayout.Countdown..]) != 0;
        Volatile.Write(ref Futex.Word(_file.Mapping, ControlLayout.Flag), countdown ? 1u : 0u);
        ref uint request = ref Futex.Word(_file.Mapping, ControlLayout.Request);
        if ((Volatile.Read(ref request) & 1) != 0)
            Interlocked.Increment(ref request);
        Interlocked.Increment(ref Futex.Word(_file.Mapping, ControlLayout.Release));
        Futex.WakeAll(_file.Mapping, ControlLayout.Release);
    }

    /// <summary>Sleeps until the number of parked threads may have changed.</summary>
    public void WaitParked(uint seen, TimeSpan timeout) =>
        Futex.Wait(_file.Mapping, ControlLayout.Parked, seen, timeout);

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
        _file.Mapping.Span.Slice(ControlLayout.Slot(index), ControlLayout.SlotBytes).ToArray();

    public ulong ReadWide(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(_file.Mapping.Span[offset..]);

    public void Dispose() => _file.Dispose();

    private uint Read(int offset) => Volatile.Read(ref Futex.Word(_file.Mapping, offset));
}

/// <summary>What the agent decides on of a thread slot.</summary>
public readonly record struct ThreadSlot(int Index, uint Tid, ThreadParkState State, uint HandlerDepth)
{
    public bool IsParked => State is ThreadParkState.ParkedAtPoint or ThreadParkState.ParkedInSystemCall;
}

using System.Buffers.Binary;
using Popcorn.Linux;
using Popcorn.Wire.Control;

namespace Popcorn.Node.Processes;

/// <summary>
/// What the processes of one program share with us (contracts, section 7): the words that make them park and let them
/// go, the generation, and the table of processes. It owns the memfd; each process has a part of its own in it.
/// </summary>
public sealed class ProcessUnit : IDisposable
{
    public const string MemoryFileName = "popcorn-control";

    /// <summary>The first process's place in the table.</summary>
    public const int RootIndex = 0;

    /// <summary>Fewer processes when a limit on file sizes (RLIMIT_FSIZE) leaves no room for more.</summary>
    private static readonly int[] s_sizes = [ControlLayout.ProcessCount, 64, 8, 1];

    private readonly MemoryFile _file;

    private ProcessUnit(MemoryFile file) => _file = file;

    public int Descriptor => (int)_file.File.DangerousGetHandle();

    public bool IsParkingRequested => (Read(ControlLayout.Request) & 1) != 0;

    /// <summary>Changes whenever a thread parks, goes on or ends, and whenever a process begins.</summary>
    public uint Events => Read(ControlLayout.Events);

    /// <summary>Which processes are the program: those started under this number.</summary>
    public uint Generation => Read(ControlLayout.UnitGeneration);

    public static ProcessUnit Create()
    {
        for (int i = 0; ; i++)
        {
            try
            {
                long bytes = ControlLayout.Part(s_sizes[i], generation: 0);
                ProcessUnit unit = new(MemoryFile.Create(MemoryFileName, bytes, ControlLayout.UnitBytes));
                unit.Write(ControlLayout.ProcessMax, (uint)s_sizes[i]);
                unit.Write(ControlLayout.AgentPid, (uint)Environment.ProcessId);
                BinaryPrimitives.WriteUInt64LittleEndian(
                    unit._file.Mapping.Span[ControlLayout.Magic..], ControlLayout.UnitMagic);
                unit._file.HoldLock();
                return unit;
            }
            catch (LinuxCallException) when (i + 1 < s_sizes.Length)
            {
            }
        }
    }

    /// <summary>The part of the process at a place in the table, in a generation.</summary>
    public ControlRegion Part(int index, uint generation) =>
        new(PageMapping.Shared(_file.File, ControlLayout.PartBytes, ControlLayout.Part(index, generation)));

    /// <summary>A place for the first process of a program that starts, which says itself what it is called.</summary>
    public void PrepareRoot() => Take(RootIndex, UnitProcessState.Starting);

    /// <summary>A place for a process that the program knows by these numbers.</summary>
    public void Prepare(int index, uint pid, int group, int session, UnitProcessState state)
    {
        int place = ControlLayout.Process(index);
        Write(place + ControlLayout.ProcessPid, pid);
        Write(place + ControlLayout.ProcessGroup, (uint)group);
        Write(place + ControlLayout.ProcessSession, (uint)session);
        Write(ControlLayout.Moved, 1);
        Take(index, state);
    }

    /// <summary>The places in use now, in this generation's numbers.</summary>
    public IReadOnlyList<UnitEntry> Entries()
    {
        int used = (int)Math.Min(Read(ControlLayout.ProcessesUsed), (uint)ControlLayout.ProcessCount);
        List<UnitEntry> entries = [];
        for (int i = 0; i < used; i++)
        {
            int place = ControlLayout.Process(i);
            UnitProcessState state = (UnitProcessState)Read(place + ControlLayout.ProcessState);
            if (state == UnitProcessState.Free)
                continue;
            entries.Add(new UnitEntry(
                i, state, Read(place + ControlLayout.ProcessPid), Read(place + ControlLayout.ProcessGroup),
                Read(place + ControlLayout.ProcessSession), KernelPid(i, Generation),
                (int)Read(place + ControlLayout.ProcessCreator), Read(place + ControlLayout.ProcessStarts)));
        }
        return entries;
    }

    /// <summary>What the kernel calls the process at a place, in a generation; 0 when it has not begun.</summary>
    public int KernelPid(int index, uint generation) =>
        (int)Read(ControlLayout.Process(index) + ControlLayout.ProcessKernelPid + Pair(generation));

    /// <summary>Kernel's numbers of what is no process that could write them itself: a zombie.</summary>
    public void SetKernelNumbers(int index, uint generation, int pid, int group, int session)
    {
        int place = ControlLayout.Process(index) + Pair(generation);
        Write(place + ControlLayout.ProcessKernelGroup, (uint)group);
        Write(place + ControlLayout.ProcessKernelSession, (uint)session);
        Write(place + ControlLayout.ProcessKernelPid, (uint)pid);
    }

    /// <summary>Forgets a process that nobody will ask for any more.</summary>
    public void Free(int index)
    {
        int place = ControlLayout.Process(index);
        for (int offset = ControlLayout.ProcessPid; offset < ControlLayout.ProcessBytes; offset += sizeof(uint))
            Write(place + offset, 0);
        Write(place + ControlLayout.ProcessState, (uint)UnitProcessState.Free);
    }

    /// <summary>Clears what targets of an earlier attempt left, so that a new one begins with zeros.</summary>
    public void ClearPart(int index, uint generation) =>
        _file.Clear(ControlLayout.Part(index, generation), ControlLayout.PartBytes);

    /// <summary>
    /// Makes the program park by itself at the n-th point from now on (0: never). Only before it runs, or while it is
    /// parked.
    /// </summary>
    public void SetCountdown(ulong points)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_file.Mapping.Span[ControlLayout.Countdown..], points);
        Write(ControlLayout.Flag, points == 0 ? 0u : 1u);
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
        Write(ControlLayout.Flag, 1);
        return ours;
    }

    /// <summary>Lets every parked thread go on where it is.</summary>
    public void ReleaseThreads()
    {
        EndRequest();
        Interlocked.Increment(ref Futex.Word(_file.Mapping, ControlLayout.Release));
        Futex.WakeAll(_file.Mapping, ControlLayout.Release);
    }

    /// <summary>
    /// The one store that decides a move: from here on the targets are the program, and the sources, which sleep on,
    /// will never run again. Nothing is released; the targets are told to go by whoever holds them.
    /// </summary>
    public void AdvanceGeneration()
    {
        Write(ControlLayout.Moved, 1);
        Interlocked.Increment(ref Futex.Word(_file.Mapping, ControlLayout.UnitGeneration));
        EndRequest();
    }

    /// <summary>The opposite, when every target has died without having run.</summary>
    public void WithdrawGeneration()
    {
        _ = RequestParking();
        Interlocked.Decrement(ref Futex.Word(_file.Mapping, ControlLayout.UnitGeneration));
    }

    /// <summary>Sleeps until something may have changed.</summary>
    public void WaitEvent(uint seen, TimeSpan timeout) =>
        Futex.Wait(_file.Mapping, ControlLayout.Events, seen, timeout);

    public void Dispose() => _file.Dispose();

    private void Take(int index, UnitProcessState state)
    {
        Write(ControlLayout.Process(index) + ControlLayout.ProcessState, (uint)state);
        Write(ControlLayout.ProcessesUsed, Math.Max(Read(ControlLayout.ProcessesUsed), (uint)index + 1));
    }

    private static int Pair(uint generation) => (int)(generation & 1) * sizeof(uint);

    private void EndRequest()
    {
        bool countdown = BinaryPrimitives.ReadUInt64LittleEndian(_file.Mapping.Span[ControlLayout.Countdown..]) != 0;
        Write(ControlLayout.Flag, countdown ? 1u : 0u);
        ref uint request = ref Futex.Word(_file.Mapping, ControlLayout.Request);
        if ((Volatile.Read(ref request) & 1) != 0)
            Interlocked.Increment(ref request);
    }

    private uint Read(int offset) => Volatile.Read(ref Futex.Word(_file.Mapping, offset));

    private void Write(int offset, uint value) => Volatile.Write(ref Futex.Word(_file.Mapping, offset), value);
}

using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Node.Processes;
using Popcorn.Transform;
using Popcorn.Wire.Control;
using ThreadState = Popcorn.Transform.ThreadState;

namespace Popcorn.Node.Moves;

/// <summary>Reads the state of a process, most of it only when its threads are all parked. It changes nothing in
/// it.</summary>
public sealed class ProcessCapture(ProgramProcess process) : IDisposable
{
    /// <summary>Native stacks larger than this are taken for garbage in a slot. Linux's default limit is 8
    /// MiB.</summary>
    private const ulong StackBytesMax = 1UL << 30;

    private readonly RemoteMemory _memory = new(process.Child.Pid);

    public RemoteMemory Memory => _memory;

    /// <summary>The frames of every thread; the part of a capture that takes processor time.</summary>
    public IReadOnlyList<CapturedThread> ReadThreads()
    {
        IsaExecutable executable = process.Program.Load(process.Isa);
        List<CapturedThread> threads = [];
        foreach (ThreadSlot slot in process.Control.LiveSlots())
            threads.Add(ReadThread(executable, slot));
        return threads.Count > 0
            ? threads
            : throw new BadInputException(Where, ControlLayout.SlotsOffset, "the program has no threads");
    }

    public CapturedProcess ReadRest(IReadOnlyList<CapturedThread> threads)
    {
        ArenaEntry[] mappings = ReadMappings();
        DescriptorFacts[] descriptors = [.. ProcessFiles.Descriptors(process.Child.Pid).Where(d => !IsOurs(d))];
        return new CapturedProcess(
            threads,
            mappings,
            OriginReader.Read(process.Child.Pid, mappings, descriptors),
            FindPages(mappings),
            descriptors,
            ProcessFiles.WorkingDirectory(process.Child.Pid),
            ProcessFiles.FileModeMask(process.Child.Pid));
    }

    public ArenaEntry[] ReadMappings()
    {
        string where = $"arena table of process {process.Child.Pid}";
        ulong address = process.Control.ReadWide(ControlLayout.ArenaTable);
        if (!ProgramAddresses.IsInArena(address, ArenaTable.HeaderBytes))
            throw new BadInputException(where, 0, $"its address is 0x{address:x}");
        Span<byte> header = stackalloc byte[ArenaTable.HeaderBytes];
        _memory.Read(address, header);
        int count = ArenaTable.ReadCount(header, where);
        byte[] entries = new byte[count * ArenaTable.EntryBytes];
        _memory.Read(address + ArenaTable.HeaderBytes, entries);
        return ArenaTable.ReadEntries(entries, count, where);
    }

    /// <summary>
    /// Where the program's own private memory is while it runs, and which pages of it hold data. False when its table
    /// of mappings is just being changed. It may be otherwise by the time this returns.
    /// </summary>
    public bool TryReadRunning(out IReadOnlyList<ArenaEntry> mappings, out IReadOnlyList<PageRange> pages)
    {
        List<PageRange> found = [];
        (mappings, pages) = ([], found);
        try
        {
            mappings = [.. ReadMappings().Skip(ArenaTable.RuntimeEntries).Where(MemoryLayout.IsAnonymous)];
            FindPresent(mappings, found);
            return true;
        }
        catch (Exception e) when (e is BadInputException or LinuxCallException)
        {
            return false;
        }
    }

    public void Dispose() => _memory.Dispose();

    /// <summary>A descriptor of the machinery, not of the program.</summary>
    internal static bool IsOurs(DescriptorFacts descriptor) =>
        descriptor.Target.StartsWith("/memfd:" + ProcessUnit.MemoryFileName, StringComparison.Ordinal);

    private string Where => $"control region of process {process.Child.Pid}";

    private CapturedThread ReadThread(IsaExecutable executable, ThreadSlot slot)
    {
        string where = $"{Where}, slot {slot.Index}";
        ThreadContext context = ThreadContext.FromSlot(process.Control.CopySlot(slot.Index), process.Isa, where);
        ulong low = context.StackPointer;
        ulong high = context.NativeStackHigh;
        if (low >= high || high - low > StackBytesMax)
        {
            throw new BadInputException(
                where, ControlLayout.SlotNativeStackHigh, $"native stack 0x{low:x}-0x{high:x} cannot be");
        }
        // A restored thread's runtime knows its stack's end only roughly: what is mapped of it is what there is.
        byte[] buffer = new byte[high - low];
        ReadOnlySpan<byte> stack = buffer.AsSpan(0, _memory.ReadMapped(low, buffer));
        ThreadState state = new();
        StackReader.Read(executable, context, new StackMemory(low, stack), state);
        return new CapturedThread((uint)slot.Index, context.ThreadPointer, state);
    }

    private List<PageRange> FindPages(IReadOnlyList<ArenaEntry> mappings)
    {
        List<PageRange> pages = [];
        (ulong dataStart, ulong dataEnd) = process.Program.DataSegment(process.Isa);
        if (dataEnd > dataStart)
            pages.Add(new PageRange(dataStart, dataEnd));
        // A shared file mapping's pages are the file's; both ends will see the same file.
        FindPresent(mappings.Where(m => !m.IsShared), pages);
        return pages;
    }

    /// <summary>Appends the pages of mappings that hold data.</summary>
    private void FindPresent(IEnumerable<ArenaEntry> mappings, List<PageRange> pages)
    {
        using PresentPages present = new(process.Child.Pid);
        foreach (ArenaEntry mapping in mappings)
            present.Find(new PageRange(mapping.Start, mapping.End), pages);
    }
}

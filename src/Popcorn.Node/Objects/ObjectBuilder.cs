using Microsoft.Win32.SafeHandles;
using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Node.Checkpoints;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Objects;

/// <summary>
/// Makes the kernel objects of an image again, as descriptors of ours that are then passed to the processes: each open
/// file description once, so that those who shared it share it again. Owns them until disposed.
/// </summary>
public sealed class ObjectBuilder : IDisposable
{
    private readonly ImageFile _image;
    private readonly RestoreChoices _choices;
    private readonly IReadOnlyList<int> _inherited;
    private readonly SafeFileHandle?[] _descriptions;
    private readonly SocketBuilder _sockets;
    private readonly ConnectionBuilder _connections;
    private readonly SegmentBuilder _segments;
    private readonly Dictionary<int, SafeFileHandle> _bases = [];
    private readonly List<SafeFileHandle> _others = [];
    private readonly Dictionary<int, SafeFileHandle> _masters = [];

    /// <param name="inherited">Descriptors of ours that our children get.</param>
    public ObjectBuilder(ImageFile image, RestoreChoices choices, IReadOnlyList<int> inherited)
    {
        ArgumentNullException.ThrowIfNull(image);
        _image = image;
        _choices = choices;
        _inherited = inherited;
        _descriptions = new SafeFileHandle?[image.Descriptions.Count];
        _sockets = new SocketBuilder(image, choices);
        _connections = new ConnectionBuilder(image);
        _segments = new SegmentBuilder(image, choices);
    }

    /// <summary>Our descriptor for a description, or null when whoever restores has none to give.</summary>
    public SafeFileHandle? this[int description] => _descriptions[description];

    /// <inheritdoc cref="ConnectionBuilder.FindLost"/>
    public IReadOnlyList<string> FindLostConnections() => _connections.FindLost();

    /// <inheritdoc cref="SegmentBuilder.FindChanged"/>
    public IReadOnlyList<string> FindChangedSegments() => _segments.FindChanged();

    /// <summary>Every process has what it is to have, and none has run.</summary>
    public void Activate()
    {
        _segments.Activate();
        _connections.Activate();
    }

    /// <summary>The program runs, and what was made is its own.</summary>
    public void Release()
    {
        _connections.Release();
        _segments.Release();
    }

    /// <summary>Builds everything, and names at once all that cannot be.</summary>
    public void Build()
    {
        List<string> failures = [];
        // A listener cannot have the address of a connection that is there before it.
        foreach (int i in Enumerable.Range(0, _descriptions.Length).OrderBy(IsConnection))
        {
            try
            {
                _descriptions[i] = Build(_image.Descriptions[i]);
            }
            catch (PopcornException e)
            {
                failures.Add($"descriptor {NumberOf(i)}: {e.Message}");
            }
        }
        if (failures.Count > 0)
            throw new BadInputException($"'{_image.Path}' cannot be restored: {string.Join("; ", failures)}");
        _connections.Fill();
        _segments.Build();
    }

    /// <summary>A side for the program of one of its own pseudo terminals. Stays ours.</summary>
    public SafeFileHandle OpenTerminal(int pair)
    {
        if (!_masters.TryGetValue(pair, out SafeFileHandle? master))
            throw new BadInputException($"'{_image.Path}' has no terminal {pair}, which controls a session");
        const int ReadWrite = 2;
        SafeFileHandle side = TerminalFile.OpenSlave(master, ReadWrite);
        _others.Add(side);
        return side;
    }

    public void Dispose()
    {
        _connections.Dispose();
        _segments.Dispose();
        foreach (SafeFileHandle? file in (IEnumerable<SafeFileHandle?>)[
            .. _descriptions, .. _bases.Values, .. _masters.Values, .. _others])
            file?.Dispose();
        _sockets.Dispose();
    }

    private bool IsConnection(int description) =>
        _image.Objects[_image.Descriptions[description].ObjectIndex] is ConnectionObject;

    /// <summary>A number that some process knows the description by.</summary>
    private int NumberOf(int description) => _image.Processes.SelectMany(p => p.Descriptors)
        .Where(d => d.Description == description).Select(d => d.Number).FirstOrDefault(-1);

    private SafeFileHandle? Build(ImageDescription description)
    {
        ImageObject subject = _image.Objects[description.ObjectIndex];
        SafeFileHandle? file = subject switch
        {
            InheritedObject inherited => Inherit(inherited),
            FileObject saved => OpenFile(saved, description),
            DeletedFileObject deleted => Reopen(description, () => CreateDeleted(deleted)),
            PipeObject pipe => BuildPipe(description, pipe),
            EventCounterObject counter => KernelObjects.CreateEventCounter(counter.Count, counter.IsSemaphore),
            TimerObject timer => BuildTimer(timer),
            SignalQueueObject queue => KernelObjects.CreateSignalQueue(queue.Mask),
            PollSetObject => KernelObjects.CreatePollSet(),
            FileWatchObject watch => BuildWatch(watch),
            MemoryFileObject memory => Reopen(description, () => CreateMemory(memory)),
            SocketObject socket => _sockets.Build(description.ObjectIndex, socket),
            ConnectionObject connection => _connections.Build(connection),
            TerminalObject terminal => BuildTerminal(terminal, description),
            MessageQueueObject { HasName: true } queue =>
                QueueBuilder.Open(queue, HostFlags.ToHost(description.Flags)),
            MessageQueueObject queue => Reopen(description, () => QueueBuilder.CreateNameless(queue)),
            _ => throw new BadInputException($"an object of kind {subject.Kind}"),
        };
        if (file is null || subject is InheritedObject)
            return file;
        if (subject is not (FileObject or TerminalObject))
            KernelFile.SetStatusFlags(file, HostFlags.ToHost(description.Flags));
        if (description.Position != 0)
            KernelFile.Seek(file, (long)description.Position);
        Lock(file, description);
        return file;
    }

    private SafeFileHandle? Inherit(InheritedObject inherited)
    {
        if (!_inherited.Contains(inherited.Number))
            return null;
        SafeFileHandle file = KernelFile.Duplicate(inherited.Number);
        // A terminal in raw mode was put into it by the program, which will not do so again.
        _ = TerminalFile.TryApply(file, inherited.Modes.Span, []);
        return file;
    }

    private SafeFileHandle OpenFile(FileObject saved, ImageDescription description)
    {
        string path = _choices.Map(saved.Path);
        if (FileCheck.FindDifference(saved, path) is string difference && !IsForced(saved, path))
            throw new BadInputException($"'{path}' {difference}");
        return KernelFile.Open(path, HostFlags.ToHost(description.Flags));
    }

    /// <summary>A file that is not there, or is of another kind, cannot be forced.</summary>
    private bool IsForced(FileObject saved, string path) =>
        _choices.Force && KernelFile.StatusOf(path) is FileStatus now && (now.Mode & 0xf000) == (saved.Mode & 0xf000);

    /// <summary>Several descriptions of one nameless file: each opens it anew through /proc.</summary>
    private SafeFileHandle Reopen(ImageDescription description, Func<SafeFileHandle> create)
    {
        if (!_bases.TryGetValue(description.ObjectIndex, out SafeFileHandle? file))
            _bases.Add(description.ObjectIndex, file = create());
        return KernelFile.Open($"/proc/self/fd/{file.Number()}", HostFlags.ToHost(description.Flags));
    }

    private SafeFileHandle CreateDeleted(DeletedFileObject deleted)
    {
        string folder = Path.GetDirectoryName(_choices.Map(deleted.Path)) ?? "/";
        SafeFileHandle file = KernelFile.TryCreateNameless(folder, deleted.Mode)
            ?? KernelFile.TryCreateNameless(Path.GetTempPath(), deleted.Mode)
            ?? throw new BadInputException(
                $"neither '{folder}' nor '{Path.GetTempPath()}' takes a file without a name");
        Fill(file, deleted.Bytes, deleted.Contents);
        return file;
    }

    private SafeFileHandle CreateMemory(MemoryFileObject memory)
    {
        const uint AllowSealing = 2; // MFD_ALLOW_SEALING
        const uint SealSeal = 1;
        // Without MFD_ALLOW_SEALING a memory file carries just this seal.
        SafeFileHandle file = KernelObjects.CreateMemory(memory.Name, memory.Seals == SealSeal ? 0 : AllowSealing);
        Fill(file, memory.Bytes, memory.Contents);
        if (memory.Seals is not (0 or SealSeal))
            KernelFile.AddSeals(file, memory.Seals);
        return file;
    }

    private void Fill(SafeFileHandle file, ulong bytes, int contents)
    {
        KernelFile.Resize(file, bytes);
        _image.ReadContents(contents, (offset, part) => RandomAccess.Write(file, part, (long)offset));
    }

    private SafeFileHandle BuildPipe(ImageDescription description, PipeObject pipe)
    {
        if (!_bases.TryGetValue(description.ObjectIndex, out SafeFileHandle? file))
            _bases.Add(description.ObjectIndex, file = CreatePipe(pipe));
        uint flags = description.Flags & ~HostFlags.Direct;
        return KernelFile.Open($"/proc/self/fd/{file.Number()}", HostFlags.ToHost(flags | HostFlags.Nonblock));
    }

    /// <summary>An end of it with what waits in it; ends of the program's are opened from it.</summary>
    private SafeFileHandle CreatePipe(PipeObject pipe)
    {
        const int ReadWriteNonblocking = 2 | 0x800;
        SafeFileHandle end;
        SafeFileHandle writer;
        if (pipe.Path.Length > 0)
        {
            string path = _choices.Map(pipe.Path);
            if (KernelFile.StatusOf(path) is not { IsFifo: true })
                throw new BadInputException($"'{path}' was a FIFO and is none any more");
            // Both ways, or opening would wait for somebody.
            end = writer = KernelFile.Open(path, ReadWriteNonblocking);
            if (KernelFile.Readable(end) > 0)
                throw new BadInputException($"FIFO '{path}' is not empty: another program uses it");
        }
        else
        {
            (end, writer) = KernelFile.CreatePipe(pipe.Packets ? HostFlags.ToHost(HostFlags.Direct) : 0);
            _others.Add(writer);
        }
        KernelFile.SetPipeBytes(end, (int)pipe.Capacity);
        WriteMessages(writer, pipe);
        return end;
    }

    private void WriteMessages(SafeFileHandle writer, PipeObject pipe)
    {
        byte[] contents = _image.ReadContents(pipe.Contents, (ulong)pipe.Messages.Sum(m => (long)m));
        int at = 0;
        foreach (uint bytes in pipe.Messages)
        {
            KernelFile.Write(writer, contents.AsSpan(at, (int)bytes));
            at += (int)bytes;
        }
    }

    private static SafeFileHandle BuildTimer(TimerObject timer)
    {
        const uint Absolute = 1; // TFD_TIMER_ABSTIME
        const int RealTime = 0;
        const int RealTimeAlarm = 8;
        // A deadline by the calendar stays; whatever else counts goes on with what was left.
        bool isDate = (timer.SetFlags & Absolute) != 0 && timer.Clock is RealTime or RealTimeAlarm;
        bool isArmed = timer.RemainingNs != 0 || timer.IntervalNs != 0;
        long value = isDate && isArmed ? timer.ClockNs + timer.RemainingNs : timer.RemainingNs;
        return KernelObjects.CreateTimer(
            timer.Clock, isDate ? timer.SetFlags : 0, isArmed ? Math.Max(1, value) : 0, timer.IntervalNs, timer.Ticks);
    }

    private SafeFileHandle BuildWatch(FileWatchObject watch)
    {
        SafeFileHandle file = KernelObjects.CreateWatch();
        foreach (WatchEntry entry in watch.Watches)
            KernelObjects.AddWatch(file, _choices.Map(entry.Path), entry.Mask, entry.Number);
        // Numbers given back on the way to the right one have left their events.
        KernelFile.SetStatusFlags(file, (int)HostFlags.Nonblock);
        byte[] events = new byte[4096];
        while (KernelFile.Read(file, events) > 0)
            continue;
        return file;
    }

    private SafeFileHandle BuildTerminal(TerminalObject terminal, ImageDescription description)
    {
        if (!_masters.TryGetValue(terminal.Pair, out SafeFileHandle? master))
            _masters.Add(terminal.Pair, master = TerminalFile.CreateMaster());
        int flags = HostFlags.ToHost(description.Flags);
        SafeFileHandle file = terminal.IsMaster
            ? KernelFile.Duplicate(master.Number())
            : TerminalFile.OpenSlave(master, flags);
        if (terminal.IsMaster)
            KernelFile.SetStatusFlags(file, flags);
        _ = TerminalFile.TryApply(file, terminal.Modes.Span, terminal.WindowSize.Span);
        return file;
    }

    private static void Lock(SafeFileHandle file, ImageDescription description)
    {
        foreach (DescriptionLock held in description.Locks)
        {
            bool isTaken = held.Kind == DescriptionLockKind.Whole
                ? KernelFile.TryLock(file, held.Exclusive)
                : KernelFile.TryLockRange(file, held.Exclusive, held.Start, held.Bytes);
            if (!isTaken)
                throw new BadInputException("somebody else holds the lock that the program held on this file");
        }
    }
}

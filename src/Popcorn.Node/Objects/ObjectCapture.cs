using System.Globalization;
using Popcorn.Linux;
using Popcorn.Node.Moves;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Objects;

/// <summary>
/// Reads the kernel objects behind the descriptors of some processes from outside, changing nothing. While the programs
/// run it finds what stands in the way; contents are read once they are parked. Owns duplicates of the descriptors.
/// </summary>
public sealed class ObjectCapture : IDisposable
{
    private readonly IReadOnlyList<DescriptorSource> _sources;
    private readonly DescriptionTable _table;
    private readonly bool _parked;
    private readonly List<ImageObject> _objects = [];
    private readonly Dictionary<string, int> _shared = [];
    private readonly ObjectContents _contents = new();
    private readonly List<Obstacle> _obstacles = [];
    private readonly ConnectionReader _connections;
    private readonly SocketReader _sockets;

    /// <summary>What we were started with, as the program was. All else that we have open is closed on exec.</summary>
    private readonly IReadOnlyList<DescriptorFacts> _inherited =
        [.. ProcessFiles.Descriptors(Environment.ProcessId).Where(d => !d.CloseOnExec)];

    /// <param name="stop">The programs end with the checkpoint.</param>
    /// <param name="image">Nothing of the programs runs, and contents may be read, for this image; null while they
    /// run.</param>
    public ObjectCapture(IReadOnlyList<DescriptorSource> sources, bool stop, ImageIdentity? image)
    {
        _sources = sources;
        _parked = image is not null;
        _table = new DescriptionTable(sources);
        _connections = new ConnectionReader(_contents, stop, image);
        _sockets = new SocketReader(_table, _contents, _connections, _parked);
    }

    /// <inheritdoc cref="ConnectionReader.Release"/>
    public void ReleaseConnections() => _connections.Release();

    /// <inheritdoc cref="ConnectionReader.Keep"/>
    public void KeepConnections() => _connections.Keep();

    /// <inheritdoc cref="ConnectionReader.Silence"/>
    public void SilenceConnections() => _connections.Silence();

    /// <param name="segments">Numbers of the System V shared memory that the processes have attached.</param>
    public CapturedObjects Read(IReadOnlyCollection<int> segments)
    {
        ArgumentNullException.ThrowIfNull(segments);
        // Sockets name each other by object, so every description's object is known before any is read.
        ImageObject?[] objects = new ImageObject?[_table.All.Count];
        List<ImageDescription> descriptions = [];
        _connections.Prepare(_table.All.Where(d => IsSocket(d) && Inherited(d) is null));
        for (int i = 0; i < objects.Length; i++)
        {
            OpenDescription description = _table.All[i];
            try
            {
                descriptions.Add(Describe(description, i));
            }
            catch (Exception e) when (e is UnsavableException or LinuxCallException)
            {
                if (!HasChanged(description))
                    Refuse(description, e.Message, e is UnsavableException { Passes: true });
                descriptions.Add(new ImageDescription(0, 0, 0, []));
            }
        }
        _objects.AddRange(segments.Select(s => SegmentReader.Read(s, _contents)));
        List<IReadOnlyList<ImageRecordLock>> locks = [.. _sources.Select(RecordLocks.Read)];
        return new CapturedObjects(
            _objects, descriptions, [.. Enumerable.Range(0, _sources.Count).Select(_table.Descriptors)], locks,
            _contents, _obstacles);
    }

    public void Dispose()
    {
        _connections.Dispose();
        _table.Dispose();
        _contents.Dispose();
    }

    private void Refuse(OpenDescription description, string why, bool passes) =>
        _obstacles.Add(new Obstacle(
            $"{_sources[description.Holders[0].Process].Label}descriptor {description.Facts.Number} " +
            $"('{description.Facts.Target}') {why}",
            passes));

    /// <summary>What a running program has closed since we looked is in nobody's way.</summary>
    private bool HasChanged(OpenDescription description) => !_parked && description.Facts.Target
        != ProcessFiles.DescriptorTarget(description.Process.Pid, description.Facts.Number);

    private ImageDescription Describe(OpenDescription description, int index)
    {
        DescriptorFacts facts = description.Facts;
        string? key = SharedKey(description);
        if (key is null || !_shared.TryGetValue(key, out int number))
        {
            ImageObject read = ReadObject(description, index);
            number = _objects.Count;
            _objects.Add(read);
            if (key is not null)
                _shared.Add(key, number);
            _sockets.Note(description, number, _objects);
            _connections.Note(description, number, _objects);
        }
        ulong position = _objects[number] is FileObject or DeletedFileObject or MemoryFileObject
            ? (ulong)facts.Position
            : 0;
        return new ImageDescription(
            number, HostFlags.ToGeneric(facts.Flags), position, RecordLocks.OfDescription(description));
    }

    /// <summary>Descriptions of the same pipe or nameless file share one object; null when there is nothing to
    /// share.</summary>
    private string? SharedKey(OpenDescription description)
    {
        if (Inherited(description) is not null)
            return null;
        string target = description.Facts.Target;
        if (target.StartsWith("pipe:", StringComparison.Ordinal))
            return target;
        if (!target.StartsWith('/'))
            return null;
        FileStatus status = KernelFile.Status(description.File);
        bool isNamed = status.Links > 0 && !target.StartsWith("/memfd:", StringComparison.Ordinal) && !status.IsFifo;
        return isNamed ? null : $"{status.Device}:{status.Inode}";
    }

    private ImageObject ReadObject(OpenDescription description, int index)
    {
        string target = description.Facts.Target;
        if (target.StartsWith('/') && !target.StartsWith("/memfd:", StringComparison.Ordinal))
        {
            if (QueueReader.IsQueue(description))
                return QueueReader.Read(description);
            ImageObject? inherited = IsTerminalPath(target) ? Inherited(description) : null;
            return inherited ?? FileReader.Read(description, _contents, _parked, _table);
        }
        if (Inherited(description) is InheritedObject ours)
            return ours;
        if (target.StartsWith("pipe:", StringComparison.Ordinal))
            return PipeReader.Read(description, _table, _contents, _parked);
        if (IsSocket(description))
            return _sockets.Read(description);
        return target.StartsWith("/memfd:", StringComparison.Ordinal)
            ? FileReader.ReadMemoryFile(description, _contents)
            : ReadSpecial(description, target, index);
    }

    private static bool IsSocket(OpenDescription description) =>
        description.Facts.Target.StartsWith("socket:", StringComparison.Ordinal);

    private static bool IsTerminalPath(string target) =>
        target.StartsWith("/dev/pts/", StringComparison.Ordinal) || target == "/dev/tty" ||
        target.StartsWith("/dev/tty", StringComparison.Ordinal) || target == "/dev/console";

    /// <summary>
    /// What whoever started us left open, standard input, output and error among them, is no part of the program: who
    /// restores has such descriptors of its own.
    /// </summary>
    private InheritedObject? Inherited(OpenDescription description)
    {
        foreach (DescriptorFacts ours in _inherited.Where(o => o.Target == description.Facts.Target))
        {
            bool isSame = KernelObjects.AreSame(
                Environment.ProcessId, ours.Number, description.Process.Pid, description.Facts.Number) ?? false;
            // Two descriptions of one terminal are as good as one: the terminal keeps the state.
            if (isSame || IsTerminalPath(ours.Target))
            {
                byte[] modes = _parked ? TerminalFile.Modes(description.File) ?? [] : [];
                return new InheritedObject(ours.Number, description.Facts.Target, modes);
            }
        }
        return null;
    }

    private ImageObject ReadSpecial(OpenDescription description, string target, int index) => target switch
    {
        "anon_inode:[eventfd]" => ReadCounter(description),
        "anon_inode:[timerfd]" => ReadTimer(description),
        "anon_inode:[signalfd]" => new SignalQueueObject(Hexadecimal(Required(description, "sigmask"))),
        "anon_inode:[eventpoll]" => ReadPollSet(description, index),
        "anon_inode:inotify" => WatchReader.Read(description),
        "anon_inode:[io_uring]" => throw new UnsavableException(
            "is an io_uring, whose rings the kernel writes to in this process's memory"),
        "anon_inode:[userfaultfd]" => throw new UnsavableException("watches this very process's memory"),
        "anon_inode:[perf_event]" => throw new UnsavableException("counts events of this very process"),
        "anon_inode:[fanotify]" => throw new UnsavableException("is a fanotify group, which only this kernel knows"),
        _ when target.StartsWith("anon_inode:bpf", StringComparison.Ordinal) =>
            throw new UnsavableException("is a BPF object, which lives in the kernel that loaded it"),
        _ when target.Contains("pidfd", StringComparison.Ordinal) =>
            throw new UnsavableException("means a process of this machine"),
        _ => throw new UnsavableException(
            "is of a kind that a checkpoint does not know; a live move can take it along"),
    };

    private static EventCounterObject ReadCounter(OpenDescription description)
    {
        ulong count = Hexadecimal(Required(description, "eventfd-count"));
        string kind = description.Line("eventfd-semaphore")
            ?? throw new UnsavableException("is an event counter, and this kernel does not say of what kind");
        return new EventCounterObject(count, kind != "0");
    }

    private static TimerObject ReadTimer(OpenDescription description)
    {
        int clock = int.Parse(Required(description, "clockid"), CultureInfo.InvariantCulture);
        return new TimerObject(
            clock,
            Convert.ToUInt32(Required(description, "settime flags"), 8),
            ulong.Parse(Required(description, "ticks"), CultureInfo.InvariantCulture),
            Nanoseconds(Required(description, "it_value")),
            Nanoseconds(Required(description, "it_interval")),
            KernelObjects.ClockNow(clock));
    }

    private PollSetObject ReadPollSet(OpenDescription description, int index)
    {
        List<PollEntry> entries = [];
        Holder holder = description.Holders[0];
        foreach (string line in description.Lines.Where(l => l.StartsWith("tfd:", StringComparison.Ordinal)))
        {
            // "tfd:        5 events:       19 data:                5  pos:0 ino:61 sdev:5".
            string[] words = line.Split([' ', ':'], StringSplitOptions.RemoveEmptyEntries);
            int number = int.Parse(words[1], CultureInfo.InvariantCulture);
            uint events = (uint)Hexadecimal(words[3]);
            int? target = _table.Find(holder.Process, number);
            bool isCurrent = target is not null &&
                KernelObjects.IsPolled(description.Process.Pid, holder.Facts.Number, number);
            if (!isCurrent || target == index)
            {
                throw new UnsavableException(
                    $"polls something that was descriptor {number} once and is not any more");
            }
            entries.Add(new PollEntry(number, target!.Value, events, Hexadecimal(words[5])));
        }
        return new PollSetObject(entries);
    }

    private static string Required(OpenDescription description, string name) => description.Line(name)
        ?? throw new UnsavableException($"has no '{name}' in /proc, so this kernel does not tell its state");

    private static ulong Hexadecimal(string text) =>
        ulong.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    /// <summary>"(SECONDS, NANOSECONDS)".</summary>
    private static long Nanoseconds(string text)
    {
        string[] parts = text.Trim('(', ')').Split(',', StringSplitOptions.TrimEntries);
        return long.Parse(parts[0], CultureInfo.InvariantCulture) * 1_000_000_000
            + long.Parse(parts[1], CultureInfo.InvariantCulture);
    }
}

using System.Globalization;

namespace Popcorn.Linux;

/// <summary>One line of <c>/proc/PID/maps</c>.</summary>
public readonly record struct MapLine(
    ulong Start, ulong End, string Permissions, ulong Offset, ulong Inode, string Path);

/// <summary>What <c>/proc/PID/fdinfo/N</c> and the link <c>/proc/PID/fd/N</c> say of a descriptor.</summary>
/// <param name="Flags">Open flags as this host's kernel spells them, close-on-exec included.</param>
public readonly record struct DescriptorFacts(int Number, string Target, long Position, int Flags)
{
    // O_CLOEXEC is 02000000 on x86-64 and in asm-generic alike.
    public bool CloseOnExec => (Flags & 0x80000) != 0;
}

/// <summary>Relations of a process (proc(5), <c>/proc/PID/stat</c>).</summary>
/// <param name="State">Of its first thread: R, S, D, T (stopped), t (traced), Z (ended), X.</param>
/// <param name="Threads">That have not ended, the first one always among them.</param>
/// <param name="Terminal">Device number of its controlling terminal; 0 for none.</param>
/// <param name="ForegroundGroup">Process group that the terminal belongs to now.</param>
/// <param name="WaitStatus">What wait(2) will give; only for a zombie.</param>
public readonly record struct ProcessFacts(
    int Pid, char State, int Parent, int Group, int Session, int Terminal, int ForegroundGroup, int Threads,
    int WaitStatus)
{
    /// <summary>It has ended as a whole: none can wait for it before its last thread, of an emulator maybe, is
    /// gone.</summary>
    public bool IsZombie => State == 'X' || (State == 'Z' && Threads <= 1);

    public bool IsStopped => State is 'T' or 't';

    /// <summary>The N of its controlling terminal /dev/pts/N, or null for another terminal or none.</summary>
    public int? PseudoTerminal => TerminalFile.NumberOf((uint)Terminal);
}

/// <summary>Reads of another process's /proc files. A vanished process gives an <see cref="IOException"/>.</summary>
public static class ProcessFiles
{
    public static IEnumerable<MapLine> Maps(int pid)
    {
        foreach (string line in KernelText.ReadLines($"/proc/{pid}/maps"))
        {
            string[] fields = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
            int dash = fields[0].IndexOf('-', StringComparison.Ordinal);
            yield return new MapLine(
                Hex(fields[0].AsSpan(0, dash)),
                Hex(fields[0].AsSpan(dash + 1)),
                fields[1],
                Hex(fields[2]),
                ulong.Parse(fields[4], CultureInfo.InvariantCulture),
                fields.Length > 5 ? Unescape(fields[5]) : "");
        }
    }

    /// <summary>What it has open. What it closes while we look is left out.</summary>
    public static IReadOnlyList<DescriptorFacts> Descriptors(int pid)
    {
        List<DescriptorFacts> all = [];
        foreach (string path in Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd"))
        {
            int number = int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture);
            if (new FileInfo(path).LinkTarget is not string target)
                continue;
            IReadOnlyList<string> lines = DescriptorLines(pid, number);
            if (lines.Count == 0)
                continue;
            long position = 0;
            int flags = 0;
            foreach (string line in lines)
            {
                if (line.StartsWith("pos:", StringComparison.Ordinal))
                    position = long.Parse(line.AsSpan(4).Trim(), CultureInfo.InvariantCulture);
                else if (line.StartsWith("flags:", StringComparison.Ordinal))
                    flags = Convert.ToInt32(line[6..].Trim(), 8);
            }
            all.Add(new DescriptorFacts(number, target, position, flags));
        }
        all.Sort((a, b) => a.Number.CompareTo(b.Number));
        return all;
    }

    /// <summary>What a descriptor means, as the kernel names it; null for one that is not open.</summary>
    public static string? DescriptorTarget(int pid, int number) => new FileInfo($"/proc/{pid}/fd/{number}").LinkTarget;

    /// <summary>All lines the kernel has to say of a descriptor; what they are depends on its kind. None for one that
    /// is not open.</summary>
    public static IReadOnlyList<string> DescriptorLines(int pid, int number)
    {
        try
        {
            return KernelText.ReadLines($"/proc/{pid}/fdinfo/{number}");
        }
        catch (FileNotFoundException)
        {
            return [];
        }
    }

    /// <summary>A line of <c>/proc/PID/status</c> without its name, or "" when there is none.</summary>
    public static string Status(int pid, string name)
    {
        foreach (string line in KernelText.ReadLines($"/proc/{pid}/status"))
        {
            if (line.StartsWith(name, StringComparison.Ordinal)
                && line.Length > name.Length && line[name.Length] == ':')
                return line[(name.Length + 1)..].Trim();
        }
        return "";
    }

    /// <summary>Processes we may look into that have a descriptor with one of these link texts, with their
    /// names.</summary>
    public static IEnumerable<(int Pid, string Name)> HoldersOf(IReadOnlyList<string> targets, IReadOnlySet<int> except)
    {
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentNullException.ThrowIfNull(except);
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out int pid) || except.Contains(pid))
                continue;
            if (Links(folder + "/fd").Any(targets.Contains))
                yield return (pid, Status(pid, "Name"));
        }
    }

    /// <summary>Where file systems of a device are mounted; the kernel's own device number, major in the upper 12
    /// bits.</summary>
    public static IEnumerable<string> MountPoints(uint device)
    {
        string wanted = $"{device >> 20}:{device & 0xfffff}";
        foreach (string line in KernelText.ReadLines("/proc/self/mountinfo"))
        {
            string[] fields = line.Split(' ');
            if (fields.Length > 4 && fields[2] == wanted)
                yield return fields[4].Replace("\\040", " ", StringComparison.Ordinal);
        }
    }

    /// <summary>The fields of <c>/proc/PID/stat</c> from the state on.</summary>
    private static string[] Statistics(int pid)
    {
        string text = KernelText.Read($"/proc/{pid}/stat");
        // The name in parentheses may hold anything, parentheses too.
        return text[(text.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static List<string> Links(string folder)
    {
        List<string> links = [];
        try
        {
            foreach (string path in Directory.EnumerateFileSystemEntries(folder))
                links.Add(new FileInfo(path).LinkTarget ?? "");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended, or is another user's.
        }
        return links;
    }

    public static string WorkingDirectory(int pid) => new FileInfo($"/proc/{pid}/cwd").LinkTarget ?? "/";

    public static string RootDirectory(int pid) => new FileInfo($"/proc/{pid}/root").LinkTarget ?? "/";

    /// <summary>The name space of one kind, as <c>net:[4026531840]</c>; empty when the kernel has none.</summary>
    public static string Namespace(int pid, string kind) => new FileInfo($"/proc/{pid}/ns/{kind}").LinkTarget ?? "";

    public static uint FileModeMask(int pid) => Convert.ToUInt32(Status(pid, "Umask"), 8);

    /// <summary>Signals that wait to be delivered to the process as a whole.</summary>
    public static ulong PendingSignals(int pid) => Hex(Status(pid, "ShdPnd"));

    /// <summary>The fields of <c>/proc/PID/stat</c> that say how a process is related to others.</summary>
    public static ProcessFacts Facts(int pid)
    {
        string[] fields = Statistics(pid);
        return new ProcessFacts(
            pid, fields[0][0], Number(fields[1]), Number(fields[2]), Number(fields[3]), Number(fields[4]),
            Number(fields[5]), Number(fields[17]), Number(fields[49]));
    }

    /// <summary>Processor time that all its threads have used, in ticks of the kernel's (10 ms); 0 when it is
    /// gone.</summary>
    public static long ProcessorTicks(int pid)
    {
        const int User = 11;
        const int System = 12;
        try
        {
            string[] fields = Statistics(pid);
            return long.Parse(fields[User], CultureInfo.InvariantCulture)
                + long.Parse(fields[System], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>Command line of a process; empty for a zombie, and for one that is gone.</summary>
    public static IReadOnlyList<string> CommandLine(int pid)
    {
        try
        {
            string text = KernelText.Read($"/proc/{pid}/cmdline");
            return text.Length == 0 ? [] : text.TrimEnd('\0').Split('\0');
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>The environment a process was started with, as "NAME=value"; empty for a zombie, and for one of another
    /// user.</summary>
    public static IReadOnlyList<string> Environment(int pid)
    {
        try
        {
            return KernelText.Read($"/proc/{pid}/environ").Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>File it executes, or "" when that cannot be seen (a zombie, a process of another user).</summary>
    public static string Executable(int pid)
    {
        try
        {
            return new FileInfo($"/proc/{pid}/exe").LinkTarget ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    public static IReadOnlyList<int> Children(int pid)
    {
        List<int> children = [];
        foreach (string task in Directory.EnumerateDirectories($"/proc/{pid}/task"))
        {
            string text;
            try
            {
                text = KernelText.Read(task + "/children");
            }
            catch (IOException)
            {
                // That thread has ended since; its children, if any, are another thread's now.
                continue;
            }
            foreach (string child in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                children.Add(int.Parse(child, CultureInfo.InvariantCulture));
        }
        return children;
    }

    private static int Number(string text) => int.Parse(text.Trim(), CultureInfo.InvariantCulture);

    private static ulong Hex(ReadOnlySpan<char> text) =>
        ulong.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    // The kernel writes a newline in a path as \012, and nothing else.
    private static string Unescape(string path) => path.Replace("\\012", "\n", StringComparison.Ordinal);
}

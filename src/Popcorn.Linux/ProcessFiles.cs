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

/// <summary>Reads of another process's /proc files. A vanished process gives an <see cref="IOException"/>.</summary>
public static class ProcessFiles
{
    public static IEnumerable<MapLine> Maps(int pid)
    {
        foreach (string line in File.ReadLines($"/proc/{pid}/maps"))
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

    public static IReadOnlyList<DescriptorFacts> Descriptors(int pid)
    {
        List<DescriptorFacts> all = [];
        foreach (string path in Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd"))
        {
            int number = int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture);
            string target = new FileInfo(path).LinkTarget ?? "";
            long position = 0;
            int flags = 0;
            foreach (string line in File.ReadLines($"/proc/{pid}/fdinfo/{number}"))
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

    /// <summary>A line of <c>/proc/PID/status</c> without its name, or "" when there is none.</summary>
    public static string Status(int pid, string name)
    {
        foreach (string line in File.ReadLines($"/proc/{pid}/status"))
        {
            if (line.StartsWith(name, StringComparison.Ordinal)
                && line.Length > name.Length && line[name.Length] == ':')
                return line[(name.Length + 1)..].Trim();
        }
        return "";
    }

    public static string WorkingDirectory(int pid) => new FileInfo($"/proc/{pid}/cwd").LinkTarget ?? "/";

    public static uint FileModeMask(int pid) => Convert.ToUInt32(Status(pid, "Umask"), 8);

    /// <summary>Signals that wait to be delivered to the process as a whole.</summary>
    public static ulong PendingSignals(int pid) => Hex(Status(pid, "ShdPnd"));

    public static IReadOnlyList<int> Children(int pid)
    {
        List<int> children = [];
        foreach (string task in Directory.EnumerateDirectories($"/proc/{pid}/task"))
        {
            string text = File.ReadAllText(task + "/children");
            foreach (string child in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                children.Add(int.Parse(child, CultureInfo.InvariantCulture));
        }
        return children;
    }

    private static ulong Hex(ReadOnlySpan<char> text) =>
        ulong.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    // The kernel writes a newline in a path as \012, and nothing else.
    private static string Unescape(string path) => path.Replace("\\012", "\n", StringComparison.Ordinal);
}

using System.Globalization;
using Popcorn.Linux;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Objects;

/// <summary>Locks as the "lock:" lines of fdinfo list them.</summary>
public static class RecordLocks
{
    // asm-generic/fcntl.h.
    private const int AccessModes = 3; // O_ACCMODE
    private const int ReadOnly = 0;
    private const int WriteOnly = 1;

    /// <summary>Locks of the process itself (fcntl, F_SETLK), each once, with a descriptor by which it can be taken: a
    /// file may be open several times.</summary>
    public static IReadOnlyList<ImageRecordLock> Read(DescriptorSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        List<ImageRecordLock> locks = [];
        HashSet<string> seen = [];
        foreach (DescriptorFacts facts in source.Descriptors)
        {
            foreach (string[] words in Lines(ProcessFiles.DescriptorLines(source.Process.Pid, facts.Number), "POSIX"))
            {
                bool isExclusive = words[4] == "WRITE";
                if ((facts.Flags & AccessModes) == (isExclusive ? ReadOnly : WriteOnly)
                    || !seen.Add(string.Join(' ', words.Skip(3))))
                    continue;
                (ulong start, ulong bytes) = Range(words);
                locks.Add(new ImageRecordLock(facts.Number, isExclusive, start, bytes));
            }
        }
        return locks;
    }

    /// <summary>Locks of an open file description: flock and F_OFD_SETLK.</summary>
    public static IReadOnlyList<DescriptionLock> OfDescription(OpenDescription description)
    {
        ArgumentNullException.ThrowIfNull(description);
        List<DescriptionLock> locks = [];
        IReadOnlyList<string> lines = description.Lines;
        foreach (string[] words in Lines(lines, "FLOCK"))
            locks.Add(new DescriptionLock(DescriptionLockKind.Whole, words[4] == "WRITE", 0, 0));
        foreach (string[] words in Lines(lines, "OFDLCK"))
        {
            (ulong start, ulong bytes) = Range(words);
            locks.Add(new DescriptionLock(DescriptionLockKind.Range, words[4] == "WRITE", start, bytes));
        }
        return locks;
    }

    /// <summary>"lock:  1: FLOCK  ADVISORY  WRITE 359 00:13:11691 0 EOF", in words.</summary>
    private static IEnumerable<string[]> Lines(IReadOnlyList<string> lines, string kind) => lines
        .Where(l => l.StartsWith("lock:", StringComparison.Ordinal))
        .Select(l => l.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
        .Where(w => w.Length >= 9 && w[2] == kind);

    private static (ulong Start, ulong Bytes) Range(string[] words)
    {
        ulong start = ulong.Parse(words[7], CultureInfo.InvariantCulture);
        return words[8] == "EOF" ? (start, 0) : (
            start, ulong.Parse(words[8], CultureInfo.InvariantCulture) - start + 1);
    }
}

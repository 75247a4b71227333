using Popcorn.Linux;
using Popcorn.Node.Processes;

namespace Popcorn.Node.Moves;

/// <summary>A pseudo terminal that controls a session of the program, as /proc shows it: who has which side.</summary>
internal static class OwnTerminal
{
    private static readonly string[] s_masters = ["/dev/ptmx", "/dev/pts/ptmx"];

    /// <summary>Why a session's terminal is not one of the program's own, or cannot be replaced by another; null when
    /// it can.</summary>
    /// <param name="isLive">The program moves, and does not go to a file.</param>
    public static string? WhyNot(TreeNode leader, IReadOnlyList<TreeNode> members, bool isLive)
    {
        ArgumentNullException.ThrowIfNull(leader);
        if (leader.Facts.PseudoTerminal is not int number)
            return "it leads a session with a controlling terminal, which cannot be handed over";
        string what = $"it leads a session whose controlling terminal '/dev/pts/{number}' ";
        if (!members.Any(m => Holds(m, number, isMaster: true)))
            return what + "is somebody else's";
        HashSet<int> ours = [.. members.Select(m => m.Pid), Environment.ProcessId];
        foreach ((int pid, string name) in ProcessFiles.HoldersOf([.. s_masters, $"/dev/pts/{number}"], ours))
        {
            if (FindIn(pid, number, ownTerminal: null).Any())
                return what + $"is open in process {pid} ({name}), too, which is no part of the program";
        }
        return isLive && members.Select(m => FindPolled(m, number)).FirstOrDefault(p => p is not null) is string polled
            ? what + $"cannot be replaced: {polled}"
            : null;
    }

    /// <summary>A process's descriptors of either side.</summary>
    public static IEnumerable<DescriptorFacts> Of(TreeNode member, int number)
    {
        ArgumentNullException.ThrowIfNull(member);
        return FindIn(member.Pid, number, member.Facts.PseudoTerminal);
    }

    private static bool Holds(TreeNode member, int number, bool isMaster) =>
        Of(member, number).Any(d => s_masters.Contains(d.Target) == isMaster);

    private static IEnumerable<DescriptorFacts> FindIn(int pid, int number, int? ownTerminal)
    {
        try
        {
            return ProcessFiles.Descriptors(pid).Where(d =>
                d.Target == $"/dev/pts/{number}" ||
                (d.Target == "/dev/tty" && ownTerminal == number) ||
                (s_masters.Contains(d.Target) && IsMasterOf(pid, d.Number, number)));
        }
        catch (IOException)
        {
            // It has ended.
            return [];
        }
    }

    private static bool IsMasterOf(int pid, int descriptor, int number)
    {
        const string Name = "tty-index:";
        return ProcessFiles.DescriptorLines(pid, descriptor)
            .Any(l => l.StartsWith(Name, StringComparison.Ordinal) && l[Name.Length..].Trim() == $"{number}");
    }

    /// <summary>An epoll set goes along as it is, and would still tell of the old terminal.</summary>
    private static string? FindPolled(TreeNode member, int number)
    {
        int[] sides = [.. Of(member, number).Select(d => d.Number)];
        foreach (DescriptorFacts set in ProcessFiles.Descriptors(member.Pid)
            .Where(d => d.Target == "anon_inode:[eventpoll]"))
        {
            if (Array.Exists(sides, s => KernelObjects.IsPolled(member.Pid, set.Number, s)))
                return $"descriptor {set.Number} of process {member.ProgramPid} polls it (epoll); save and restore it";
        }
        return null;
    }
}

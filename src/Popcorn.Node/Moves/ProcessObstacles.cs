using System.Globalization;
using Popcorn.Linux;
using Popcorn.Node.Objects;
using Popcorn.Wire.Control;

namespace Popcorn.Node.Moves;

/// <summary>
/// What ties a process to the kernel, or to the memory, that it has now, as /proc tells it: neither another process nor
/// a file can take it over. Each is a sentence with descriptor or address, path and reason.
/// </summary>
internal static class ProcessObstacles
{
    private static readonly string[] s_namespaces = ["net", "mnt", "uts", "ipc", "user", "pid", "cgroup", "time"];

    /// <summary>Descriptors that belong to one process's memory or to itself.</summary>
    private static readonly (string Target, string Reason)[] s_descriptors =
    [
        ("anon_inode:[io_uring]", "is an io_uring, whose rings the kernel writes to in this process's memory"),
        ("anon_inode:[userfaultfd]", "watches this very process's memory"),
        ("anon_inode:[perf_event]", "counts events of this very process"),
        ("anon_inode:kvm-vm", "is a virtual machine, whose memory is this process's"),
        ("anon_inode:kvm-vcpu", "is a virtual machine's processor"),
        ("anon_inode:[landlock-ruleset]", "is a set of rules for this process"),
    ];

    public static void Find(int pid, List<Obstacle> obstacles)
    {
        FindStates(pid, obstacles);
        IReadOnlyList<DescriptorFacts> descriptors = ProcessFiles.Descriptors(pid);
        foreach (MapLine line in ProcessFiles.Maps(pid))
        {
            if (DescribeMapping(pid, line, descriptors) is string reason)
                obstacles.Add($"memory at 0x{line.Start:x} {reason}");
        }
        foreach (DescriptorFacts descriptor in descriptors)
        {
            string? reason = Array.Find(s_descriptors, d => descriptor.Target.StartsWith(
                d.Target, StringComparison.Ordinal)).Reason;
            // A server looks at its own memory's size, and closes the file at once.
            bool isGlance = descriptor.Target.StartsWith($"/proc/{pid}/", StringComparison.Ordinal);
            if (isGlance)
                reason = "describes this very process";
            if (MessageQueues.Is(pid, descriptor.Number, descriptor.Target)
                && MessageQueues.NotifiedProcess(pid, descriptor.Number) == pid)
                reason = "is a message queue that tells this very process of messages (mq_notify)";
            if (reason is not null)
                obstacles.Add(new Obstacle(
                    $"descriptor {descriptor.Number} ('{descriptor.Target}') {reason}", Passes: isGlance));
        }
    }

    /// <summary>
    /// A checkpoint takes these again. In a live move the old process still holds them when the new one would have to,
    /// which goes for shared ones only (decision 0014).
    /// </summary>
    public static void FindExclusiveLocks(ChildProcess process, List<Obstacle> obstacles)
    {
        DescriptorSource source = new(process, ProcessFiles.Descriptors(process.Pid), Label: "");
        foreach (Wire.Image.ImageRecordLock held in RecordLocks.Read(source).Where(l => l.Exclusive))
        {
            string path = source.Descriptors.First(d => d.Number == held.Descriptor).Target;
            obstacles.Add(new Obstacle(
                $"descriptor {held.Descriptor} ('{path}') has an exclusive record lock (fcntl), which belongs to " +
                "this process; try again when it has been released",
                Passes: true));
        }
    }

    private static void FindStates(int pid, List<Obstacle> obstacles)
    {
        string tracer = ProcessFiles.Status(pid, "TracerPid");
        if (tracer is not ("0" or ""))
            obstacles.Add($"process {tracer} traces it (ptrace); detach the debugger first");
        if (Number(ProcessFiles.Status(pid, "VmLck").Split(' ')[0]) is long locked and > 0)
            obstacles.Add($"it has {locked} KiB of locked memory (mlock)");
        if (Number(ProcessFiles.Status(pid, "Seccomp_filters"))
            > Number(ProcessFiles.Status(Environment.ProcessId, "Seccomp_filters")))
            obstacles.Add("it has a system call filter of its own (seccomp), which cannot be read and set again");
        if (ProcessFiles.RootDirectory(pid) != ProcessFiles.RootDirectory(Environment.ProcessId))
            obstacles.Add($"its root directory is '{ProcessFiles.RootDirectory(pid)}' (chroot)");
        foreach (string name in s_namespaces)
        {
            string theirs = ProcessFiles.Namespace(pid, name);
            if (theirs.Length > 0 && theirs != ProcessFiles.Namespace(Environment.ProcessId, name))
                obstacles.Add($"it has left our {name} name space for one of its own ('{theirs}')");
        }
        if (ProcessFiles.Status(pid, "Uid") != ProcessFiles.Status(Environment.ProcessId, "Uid"))
            obstacles.Add($"it has taken on other user ids ({ProcessFiles.Status(pid, "Uid").Replace('\t', ' ')})");
    }

    private static bool IsProgramMemory(MapLine line) =>
        ProgramAddresses.IsInArena(line.Start, line.End - line.Start);

    private static string? DescribeMapping(int pid, MapLine line, IReadOnlyList<DescriptorFacts> descriptors)
    {
        if (line.Path.StartsWith("/[aio]", StringComparison.Ordinal))
            return "is a ring of kernel AIO (io_setup)";
        if (!IsProgramMemory(line))
            return null;
        if (OriginReader.IsNameless(line) && OriginReader.DescriptorOf(pid, line, descriptors) is null)
        {
            return $"is a file that has no name any more ('{line.Path}') and that it has no descriptor of, so it " +
                "cannot be mapped again";
        }
        return line.Permissions.Contains('x', StringComparison.Ordinal)
            ? "is code of its own (PROT_EXEC), which means nothing to another instruction set"
            : null;
    }

    private static long Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;
}

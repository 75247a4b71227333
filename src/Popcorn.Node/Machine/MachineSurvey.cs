using Popcorn.Architecture;
using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Node.Agents;
using Popcorn.Node.Objects;
using Popcorn.Node.Programs;
using Popcorn.Wire.Agent;

namespace Popcorn.Node.Machine;

/// <summary>What this machine can and cannot do for programs that move, each fact tried out rather than guessed from a
/// version.</summary>
public static class MachineSurvey
{
    public const string Works = "ok";
    public const string Missing = "missing";

    public static IReadOnlyList<MachineFinding> Take() =>
    [
        Finding("processor", Works, $"{IsaHost.NativeIsa.Name()}, {Environment.ProcessorCount} CPUs", needed: true),
        Kernel(),
        PageSize(),
        Tried("memfd_create", "shared control region", KernelProbes.MemoryFile),
        Tried("process_vm_readv", "reading a program's memory", KernelProbes.RemoteRead),
        Tried("pidfd_getfd", "handing over descriptors", KernelProbes.DescriptorTheft),
        Tried("/proc/PID/pagemap", "finding pages in use", KernelProbes.PageMap),
        PtraceScope(),
        RuntimeDirectory(),
        Connections(),
        .. WaitingConnections(),
        .. IsaNames.All.Select(Isa),
        Tool("clang-19", "compiling", needed: true),
        Tool("ld.lld-19", "linking", needed: true),
        Tool("llvm-ar-19", "popcorn ar", needed: true),
        Tool("gdb-multiarch", "debugging programs of other ISAs", needed: false),
    ];

    private static MachineFinding Finding(string subject, string state, string detail, bool needed) =>
        new(subject, state, detail, needed);

    private static MachineFinding Kernel() =>
        Finding("kernel", Works, File.ReadAllText("/proc/sys/kernel/osrelease").Trim(), needed: true);

    private static MachineFinding PageSize() => Environment.SystemPageSize == IsaProfile.PageSizeBytes
        ? Finding("page size", Works, $"{Environment.SystemPageSize} bytes", needed: true)
        : Finding(
            "page size", Missing, $"{Environment.SystemPageSize} bytes; programs are laid out for 4096", needed: true);

    private static MachineFinding Tried(string subject, string purpose, Func<string?> probe)
    {
        string? failure = probe();
        return failure is null
            ? Finding(subject, Works, purpose, needed: true)
            : Finding(subject, Missing, $"{purpose}: {failure}", needed: true);
    }

    private static MachineFinding PtraceScope()
    {
        const string Path = "/proc/sys/kernel/yama/ptrace_scope";
        string scope = File.Exists(Path) ? File.ReadAllText(Path).Trim() : "none";
        // Documentation/admin-guide/LSM/Yama.rst: 0 and 1 let a parent look into its children, which is all we do.
        return scope is "none" or "0" or "1"
            ? Finding("ptrace scope", Works, scope == "none" ? "no restriction" : scope, needed: true)
            : Finding("ptrace scope", Missing, $"{scope}: no process may be read; set {Path} to 1", needed: true);
    }

    private static MachineFinding RuntimeDirectory()
    {
        try
        {
            return Finding("runtime folder", Works, RuntimeFolder.Open(), needed: false);
        }
        catch (Exception e) when (e is PopcornException or IOException or UnauthorizedAccessException)
        {
            return Finding("runtime folder", Missing, e.Message, needed: false);
        }
    }

    private static MachineFinding Connections() => ImageFilter.WhyNot() is string missing
        ? Finding("TCP connections", Missing, $"in checkpoints: {missing}", needed: false)
        : Finding("TCP connections", Works, "in checkpoints (TCP_REPAIR, nf_tables)", needed: false);

    /// <summary>What is cut off from the network for an image's sake.</summary>
    private static IEnumerable<MachineFinding> WaitingConnections()
    {
        if (ImageFilter.WhyNot() is not null)
            yield break;
        foreach ((string table, IReadOnlyDictionary<ConnectionEnds, TimeSpan> held) in ImageFilter.ReadAll())
        {
            foreach ((ConnectionEnds ends, TimeSpan left) in held.Where(h => !held.Keys.Contains(h.Key.Reversed)
                || string.CompareOrdinal(h.Key.ToString(), h.Key.Reversed.ToString()) < 0))
            {
                yield return Finding(
                    "waiting connection", Works,
                    $"{ends} waits for an image to be restored, for {Math.Ceiling(left.TotalMinutes):0} minutes " +
                    $"still; 'popcorn restore --give-up IMAGE' or 'nft delete table inet {table}' ends that",
                    needed: false);
            }
        }
    }

    private static MachineFinding Isa(Isa isa) => IsaHost.TryFind(isa, out IsaHost host)
        ? Finding($"runs {isa.Name()}", Works, host.Emulator is null
            ? "by the processor" : $"emulated by {host.Emulator}", needed: true)
        : Finding($"runs {isa.Name()}", Missing, IsaHost.MissingEmulator(isa), needed: true);

    private static MachineFinding Tool(string name, string purpose, bool needed)
    {
        string? found = ExecutableSearch.Find(name);
        return found is null
            ? Finding(name, Missing, $"{purpose}; run ./setup", needed)
            : Finding(name, Works, $"{purpose}: {found}", needed);
    }
}

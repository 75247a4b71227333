using System.Runtime.InteropServices;
using Popcorn.Linux.Libc;

namespace Popcorn.Linux;

/// <summary>Limits, nice value and processor mask of another process.</summary>
public static unsafe class ProcessResources
{
    /// <summary>RLIMIT_* are the same numbers on our ISAs.</summary>
    public const int LimitCount = 16;

    private const int MaskBytesMax = 1024;

    public static (ulong Soft, ulong Hard) Limit(int pid, int resource)
    {
        ResourceLimit limit;
        // SAFETY: the kernel writes one struct rlimit64.
        KernelFile.Check(
            SysResource.Prlimit(pid, resource, null, &limit), "prlimit", $"cannot read a limit of process {pid}");
        return (limit.Soft, limit.Hard);
    }

    /// <summary>False when we may not: raising a hard limit needs CAP_SYS_RESOURCE.</summary>
    public static bool TrySetLimit(int pid, int resource, ulong soft, ulong hard)
    {
        ResourceLimit limit = new() { Soft = soft, Hard = hard };
        // SAFETY: the kernel reads one struct rlimit64.
        return SysResource.Prlimit(pid, resource, &limit, null) == 0;
    }

    public static int Nice(int pid)
    {
        int nice = SysResource.Getpriority(SysResource.OfProcess, (uint)pid);
        // -1 is a nice value, too.
        int errno = nice == -1 ? Marshal.GetLastPInvokeError() : 0;
        return errno == 0
            ? nice : throw new LinuxCallException("getpriority", errno, $"cannot ask how nice process {pid} is");
    }

    public static bool TrySetNice(int pid, int nice) =>
        SysResource.Setpriority(SysResource.OfProcess, (uint)pid, nice) == 0;

    /// <summary>Allowed processors, bit by bit, without trailing zeros.</summary>
    public static byte[] Affinity(int pid)
    {
        byte[] mask = new byte[MaskBytesMax];
        // SAFETY: the kernel writes at most the buffer's length.
        fixed (byte* start = mask)
            KernelFile.Check(
                SysResource.SchedGetaffinity(pid, MaskBytesMax, start), "sched_getaffinity",
                $"cannot ask where process {pid} may run");
        return mask.AsSpan().TrimEnd((byte)0).ToArray();
    }

    /// <summary>False when none of these processors is there.</summary>
    public static bool TrySetAffinity(int pid, ReadOnlySpan<byte> mask)
    {
        byte[] padded = new byte[(mask.Length + 7) & ~7];
        mask.CopyTo(padded);
        // SAFETY: the kernel reads at most the buffer's length.
        fixed (byte* start = padded)
            return SysResource.SchedSetaffinity(pid, (nuint)padded.Length, start) == 0;
    }
}

using System.Runtime.InteropServices;
using Popcorn.Linux.Libc;

namespace Popcorn.Linux;

/// <summary>poll(2) over a few descriptors.</summary>
public static unsafe class Waiting
{
    public const int DescriptorsMax = 64;

    /// <summary>
    /// Waits until one is readable (or has ended, for a pidfd; or hung up) or the time is over (-1: forever).
    /// Sets a flag per descriptor; true when any is set. A signal ends the wait early.
    /// </summary>
    public static bool Poll(ReadOnlySpan<int> descriptors, Span<bool> ready, int timeoutMs)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(descriptors.Length, DescriptorsMax);
        // 64 entries of 8 bytes: below 1 KiB of stack.
        PollEntry* entries = stackalloc PollEntry[DescriptorsMax];
        for (int i = 0; i < descriptors.Length; i++)
            entries[i] = new PollEntry { Fd = descriptors[i], Events = SysPidfd.PollIn };
        ready[..descriptors.Length].Clear();
        // SAFETY: the kernel writes only the entries counted, which are on our stack.
        int count = SysPidfd.Poll(entries, (nuint)descriptors.Length, timeoutMs);
        if (count < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            return errno == Errno.Interrupted
                ? false
                : throw new LinuxCallException("poll", errno, $"cannot wait for {descriptors.Length} descriptors");
        }
        for (int i = 0; i < descriptors.Length; i++)
            ready[i] = entries[i].Returned != 0;
        return count > 0;
    }

    /// <summary>The same for one descriptor.</summary>
    public static bool IsReadable(int descriptor, int timeoutMs)
    {
        bool ready = false;
        return Poll([descriptor], new Span<bool>(ref ready), timeoutMs);
    }
}

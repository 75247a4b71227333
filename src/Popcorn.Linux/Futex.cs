using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Popcorn.Linux.Libc;

namespace Popcorn.Linux;

/// <summary>futex(2) on a word of memory that is shared between processes (so never the private variant).</summary>
public static unsafe class Futex
{
    private const int WaitOperation = 0;
    private const int WakeOperation = 1;

    /// <summary>
    /// Sleeps while the word holds <paramref name="expected"/>, at most so long. It may return early for no reason:
    /// callers look at the word again.
    /// </summary>
    public static void Wait(PageMapping memory, int offset, uint expected, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(memory);
        long ticks = Math.Max(0, timeout.Ticks);
        TimeSpecification limit = new()
        {
            Seconds = ticks / TimeSpan.TicksPerSecond,
            Nanoseconds = ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick,
        };
        // SAFETY: the word lies inside the mapping (Slice checks), which the caller keeps alive during the call.
        fixed (byte* word = memory.Span.Slice(offset, sizeof(uint)))
            _ = Unistd.Syscall(Number, (nint)word, WaitOperation, (nint)expected, (nint)(&limit), 0, 0);
    }

    public static void WakeAll(PageMapping memory, int offset)
    {
        ArgumentNullException.ThrowIfNull(memory);
        // SAFETY: as above; the kernel only uses the address as a key.
        fixed (byte* word = memory.Span.Slice(offset, sizeof(uint)))
            _ = Unistd.Syscall(Number, (nint)word, WakeOperation, int.MaxValue, 0, 0, 0);
    }

    /// <summary>The word itself, for <see cref="Volatile"/> and <see cref="Interlocked"/>.</summary>
    public static ref uint Word(PageMapping memory, int offset)
    {
        ArgumentNullException.ThrowIfNull(memory);
        return ref Unsafe.As<byte, uint>(ref memory.Span.Slice(offset, sizeof(uint))[0]);
    }

    // asm/unistd.h: x86-64 has a table of its own, AArch64 and RISC-V share the generic one.
    private static nint Number => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 202 : 98;
}

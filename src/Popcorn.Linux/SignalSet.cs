using System.Runtime.CompilerServices;

namespace Popcorn.Linux;

/// <summary>glibc's <c>sigset_t</c>: 1024 bits, of which the kernel uses 64. Bit n-1 is signal n.</summary>
public struct SignalSet
{
    private Words _words;

    /// <summary>The 64 bits the kernel knows.</summary>
    public ulong Bits
    {
        readonly get => _words[0];
        set => _words[0] = value;
    }

    public static SignalSet Of(params ReadOnlySpan<int> signals)
    {
        SignalSet set = default;
        foreach (int signal in signals)
            set.Bits |= 1UL << (signal - 1);
        return set;
    }

    public readonly bool Contains(int signal) => (Bits >> (signal - 1) & 1) != 0;

    [InlineArray(16)]
    private struct Words
    {
        private ulong _first;
    }
}

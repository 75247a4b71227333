using CsCheck;
using Popcorn.Core;

namespace Popcorn.Samples;

/// <summary>
/// Feeds a reader every truncation of a sample and many random corruptions of it. The reader may accept what it gets or
/// refuse it; it may not crash, hang, or allocate far beyond the input.
/// </summary>
public static class Corruption
{
    /// <summary>Arbitrary, far above what any sample needs and far below what a bad count could ask for.</summary>
    private const long AllocatedBytesMax = 64 << 20;

    public static void Try(byte[] sample, Action<byte[]> read, int corruptions = 3000)
    {
        read(sample);
        int step = Math.Max(1, sample.Length / 4000);
        for (int length = 0; length < sample.Length; length += step)
            Attempt(sample[..length], read, $"truncated to {length} bytes");
        Gen.Select(Gen.Int[0, sample.Length - 1], Gen.Byte, Gen.Int[0, sample.Length - 1], Gen.UInt).Sample(
            (at, value, wordAt, word) =>
            {
                byte[] corrupt = (byte[])sample.Clone();
                corrupt[at] = value;
                // Half of the time a whole word too: counts and offsets with all their bytes wrong at once.
                if ((word & 1) != 0 && wordAt + 4 <= corrupt.Length)
                    BitConverter.TryWriteBytes(corrupt.AsSpan(wordAt), word >> (int)(word & 31));
                Attempt(corrupt, read, $"byte {at} = {value}, word at {wordAt} from {word}");
            },
            iter: corruptions,
            threads: 1);
    }

    private static void Attempt(byte[] bytes, Action<byte[]> read, string what)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            read(bytes);
        }
        catch (BadInputException)
        {
        }
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > AllocatedBytesMax)
            throw new InvalidOperationException($"{what}: the reader allocated {allocated} bytes");
    }
}

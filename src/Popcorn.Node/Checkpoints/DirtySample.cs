using Popcorn.Linux;
using Popcorn.Wire.Control;

namespace Popcorn.Node.Checkpoints;

/// <summary>
/// Looks at some pages of a running program twice, to tell whether it changes its memory faster than that could be
/// written: then writing it ahead would only make the image larger.
/// </summary>
internal static class DirtySample
{
    private const int PagesMax = 512;
    private const int ChangedMaxPercent = 25;

    /// <summary>About what is compressed and written in a second.</summary>
    private const double BytesPerMs = 1e6;

    private const double WaitMsMax = 500;

    public static bool IsCalm(IReadOnlyList<PageRange> pages, RemoteMemory memory)
    {
        ulong[] sample = Choose(pages);
        UInt128[] before = Hash(sample, memory);
        Thread.Sleep((int)Math.Min(WaitMsMax, 1 + PageRanges.Bytes(pages) / BytesPerMs));
        UInt128[] after = Hash(sample, memory);
        int changed = before.Zip(after).Count(pair => pair.First != pair.Second);
        return changed * 100 <= sample.Length * ChangedMaxPercent;
    }

    /// <summary>Addresses of pages at equal distances.</summary>
    private static ulong[] Choose(IReadOnlyList<PageRange> pages)
    {
        ulong count = (ulong)PageRanges.Bytes(pages) / ProgramAddresses.PageBytes;
        ulong step = Math.Max(1, count / PagesMax);
        List<ulong> chosen = [];
        ulong next = 0;
        ulong before = 0;
        foreach (PageRange range in pages)
        {
            ulong here = range.Bytes / ProgramAddresses.PageBytes;
            for (; next < before + here; next += step)
                chosen.Add(range.Start + (next - before) * ProgramAddresses.PageBytes);
            before += here;
        }
        return [.. chosen];
    }

    private static UInt128[] Hash(ulong[] addresses, RemoteMemory memory)
    {
        UInt128[] hashes = new UInt128[addresses.Length];
        byte[] page = new byte[ProgramAddresses.PageBytes];
        for (int i = 0; i < addresses.Length; i++)
            hashes[i] = memory.TryRead(addresses[i], page, out _) ? PageHashes.Hash(page) : 0;
        return hashes;
    }
}

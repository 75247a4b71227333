using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Wire.Control;

namespace Popcorn.Node.Moves;

/// <summary>Reads memory into a buffer; false when it cannot be read any more.</summary>
public delegate bool MemoryReader(ulong address, Span<byte> buffer);

/// <summary>Copies memory to another process, piece by piece, on every processor at once.</summary>
public sealed class PageCopier(MemoryReader source, RemoteMemory target)
{
    /// <summary>Two buffers of it fit the second-level cache, so that what was just read is compared and written from
    /// there.</summary>
    private const int PieceBytes = 256 << 10;

    /// <summary>Less is copied before another thread has woken up.</summary>
    private const long SharedBytesMin = 1 << 20;

    /// <summary>Writes everything that can be read; returns what could not, pieces that had a gap.</summary>
    public IReadOnlyList<PageRange> Copy(IReadOnlyList<PageRange> ranges)
    {
        List<PageRange> unread = [];
        _ = Sum(ranges, (piece, buffers) =>
        {
            Span<byte> wanted = buffers.Wanted.Span[..(int)piece.Bytes];
            if (source(piece.Start, wanted))
            {
                target.Write(piece.Start, wanted);
                return wanted.Length;
            }
            lock (unread)
                unread.Add(piece);
            return 0;
        });
        return [.. unread.OrderBy(r => r.Start)];
    }

    /// <summary>Writes the pages that the target holds otherwise; returns their bytes.</summary>
    public long CopyDifferences(IReadOnlyList<PageRange> ranges) => Sum(ranges, (piece, buffers) =>
    {
        Span<byte> wanted = buffers.Wanted.Span[..(int)piece.Bytes];
        if (!source(piece.Start, wanted))
            return 0;
        Span<byte> held = buffers.Held.Span[..(int)piece.Bytes];
        target.Read(piece.Start, held);
        return WriteDifferences(piece.Start, wanted, held);
    });

    private long WriteDifferences(ulong address, ReadOnlySpan<byte> wanted, ReadOnlySpan<byte> held)
    {
        const int Page = ProgramAddresses.PageBytes;
        long written = 0;
        for (int start = 0; start < wanted.Length; start += Page)
        {
            int end = start;
            while (end < wanted.Length && !wanted.Slice(end, Page).SequenceEqual(held.Slice(end, Page)))
                end += Page;
            if (end == start)
                continue;
            target.Write(address + (ulong)start, wanted[start..end]);
            written += end - start;
            // The page at the end is the same, so the next round may start behind it.
            start = end;
        }
        return written;
    }

    private static long Sum(IReadOnlyList<PageRange> ranges, Func<PageRange, Buffers, long> work)
    {
        long sum = 0;
        ParallelOptions options = new()
        {
            MaxDegreeOfParallelism = PageRanges.Bytes(ranges) < SharedBytesMin ? 1 : Environment.ProcessorCount,
        };
        try
        {
            _ = Parallel.ForEach(Cut(ranges), options, () => new Buffers(), (piece, _, buffers) =>
            {
                buffers.Sum += work(piece, buffers);
                return buffers;
            }, buffers =>
            {
                _ = Interlocked.Add(ref sum, buffers.Sum);
                buffers.Dispose();
            });
        }
        catch (AggregateException e) when (e.Flatten().InnerExceptions[0] is PopcornException first)
        {
            // All pieces are of the same two processes: one failure is as good as another.
            throw first;
        }
        return sum;
    }

    private static List<PageRange> Cut(IReadOnlyList<PageRange> ranges)
    {
        List<PageRange> pieces = [];
        foreach (PageRange range in ranges)
        {
            for (ulong at = range.Start; at < range.End; at += PieceBytes)
                pieces.Add(new PageRange(at, Math.Min(range.End, at + PieceBytes)));
        }
        return pieces;
    }

    /// <summary>Those of one thread.</summary>
    private sealed class Buffers : IDisposable
    {
        public PageMapping Wanted { get; } = PageMapping.Anonymous(PieceBytes);

        public PageMapping Held { get; } = PageMapping.Anonymous(PieceBytes);

        /// <summary>Of what the work returned.</summary>
        public long Sum { get; set; }

        public void Dispose()
        {
            Wanted.Dispose();
            Held.Dispose();
        }
    }
}

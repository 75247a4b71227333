using Microsoft.Win32.SafeHandles;
using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Node.Moves;
using Popcorn.Wire.Control;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Checkpoints;

/// <summary>Whether a block at an address can be left out, and counts as what.</summary>
public enum BlockFate
{
    Stored,

    /// <summary>It is what a fresh process has there: zeros.</summary>
    LeftOut,

    /// <summary>The parent image has it.</summary>
    InParent,

    /// <summary>A chunk that was written ahead has it.</summary>
    Ahead,
}

public delegate BlockFate BlockJudge(ulong address, ReadOnlySpan<byte> block);

/// <summary>Blocks that need not be stored again, ascending.</summary>
public sealed record FoundBlocks(IReadOnlyList<ImageRun> InParent, IReadOnlyList<ImageRun> Ahead);

/// <summary>
/// Writes the data section: reads memory or contents piece by piece, leaves out what need not be stored, compresses,
/// seals and writes, on every processor at once. The pieces lie in the file in the order in which they got ready.
/// </summary>
public sealed class DataWriter(SafeFileHandle file, long start, Compression compression, ImageKey? key)
{
    private readonly List<ImageChunk> _chunks = [];
    private long _bytes;
    private long _rawBytes;

    public long Bytes => _bytes;

    /// <summary>Of everything stored, before compression.</summary>
    public long RawBytes => _rawBytes;

    public IReadOnlyList<ImageChunk> Chunks => [.. _chunks.OrderBy(c => c.Offset)];

    /// <summary>Stores ranges of one owner; returns what the judge said to be elsewhere.</summary>
    /// <param name="ahead">The owner still runs: what it changes later will be stored again.</param>
    public FoundBlocks Write(
        ImageOwner owner, IReadOnlyList<PageRange> ranges, MemorySource source, BlockJudge judge, bool ahead = false)
    {
        Found found = new();
        List<List<PageRange>> pieces = Split(ranges);
        ParallelOptions options = new() { MaxDegreeOfParallelism = Environment.ProcessorCount };
        try
        {
            _ = Parallel.ForEach(pieces, options, () => new Worker(key), (piece, _, worker) =>
            {
                Store(worker, owner, piece, source, judge, ahead, found);
                return worker;
            }, worker => worker.Dispose());
        }
        catch (AggregateException e)
        {
            throw Unwrap(e);
        }
        return new FoundBlocks(Merge(found.InParent), Merge(found.Ahead));
    }

    /// <summary>What is stored of an owner that still ran when it was written.</summary>
    public IReadOnlyList<ImageRun> AheadRuns(ImageOwner owner) =>
        Merge(_chunks.Where(c => c.IsAhead && c.Owner == owner).SelectMany(c => c.Runs));

    /// <summary>One failure is as good as another: all workers write to the same disk.</summary>
    public static Exception Unwrap(AggregateException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        Exception first = failure.Flatten().InnerExceptions[0];
        return first is IOException or PopcornException or UnauthorizedAccessException ? first : failure;
    }

    private void Store(
        Worker worker, ImageOwner owner, List<PageRange> piece, MemorySource source, BlockJudge judge, bool ahead,
        Found found)
    {
        List<ImageRun> runs = [];
        int bytes = worker.Read(piece, source, judge, runs, found);
        if (bytes == 0)
            return;
        ReadOnlySpan<byte> text = worker.Compress(bytes, compression, out ChunkCoding coding);
        int storedBytes = text.Length + (key is null ? 0 : ImageKey.TagBytes);
        long offset = Interlocked.Add(ref _bytes, storedBytes) - storedBytes;
        text = worker.Seal((ulong)offset, text);
        RandomAccessWrite(file, text, start + offset);
        _ = Interlocked.Add(ref _rawBytes, bytes);
        ImageChunk chunk = new(owner, (ulong)offset, (uint)text.Length, Crc32C.Of(text), coding, ahead, runs);
        lock (_chunks)
            _chunks.Add(chunk);
    }

    /// <summary>.NET's word for EFBIG is an argument out of range.</summary>
    internal static void RandomAccessWrite(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        try
        {
            RandomAccess.Write(file, bytes, offset);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new IOException("the image would be larger than the limit on file sizes allows", e);
        }
    }

    private static List<List<PageRange>> Split(IReadOnlyList<PageRange> ranges)
    {
        List<List<PageRange>> pieces = [];
        ulong room = 0;
        foreach (PageRange range in ranges)
        {
            for (ulong at = range.Start; at < range.End;)
            {
                if (room == 0)
                {
                    pieces.Add([]);
                    room = ImageChunk.RawBytesMax;
                }
                ulong bytes = Math.Min(room, range.End - at);
                pieces[^1].Add(new PageRange(at, at + bytes));
                at += bytes;
                // Whole pages stay whole: the rest of a page-aligned piece is always whole pages.
                room -= bytes;
            }
        }
        return pieces;
    }

    /// <summary>Runs that do not overlap, in order, with those that touch made one.</summary>
    public static List<ImageRun> Merge(IEnumerable<ImageRun> runs)
    {
        List<ImageRun> merged = [];
        foreach (ImageRun run in runs.OrderBy(r => r.Start))
        {
            if (merged.Count > 0 && merged[^1].End == run.Start)
                merged[^1] = merged[^1] with { Bytes = merged[^1].Bytes + run.Bytes };
            else
                merged.Add(run);
        }
        return merged;
    }

    /// <summary>Filled by all threads, in no order.</summary>
    private sealed class Found
    {
        public List<ImageRun> InParent { get; } = [];

        public List<ImageRun> Ahead { get; } = [];

        public void Add(BlockFate fate, ImageRun run)
        {
            List<ImageRun>? runs = fate == BlockFate.InParent ? InParent : fate == BlockFate.Ahead ? Ahead : null;
            if (runs is null)
                return;
            lock (runs)
                runs.Add(run);
        }
    }

    /// <summary>Buffers and coders of one thread.</summary>
    private sealed class Worker(ImageKey? key) : IDisposable
    {
        private readonly PageMapping _raw = PageMapping.Anonymous(ImageChunk.RawBytesMax);
        private readonly PageMapping _coded = PageMapping.Anonymous(ImageChunk.StoredBytesMax);
        private readonly PageMapping? _sealed =
            key is null ? null : PageMapping.Anonymous(ImageChunk.StoredBytesMax + ProgramAddresses.PageBytes);
        private readonly PieceCodec _codec = new();
        private readonly ImageKey? _key = key?.Copy();

        /// <summary>Reads a piece and closes the gaps that left-out blocks make; returns the bytes to store.</summary>
        public int Read(
            List<PageRange> piece, MemorySource source, BlockJudge judge, List<ImageRun> runs, Found found)
        {
            int end = 0;
            foreach (PageRange range in piece)
            {
                Span<byte> part = _raw.Span.Slice(end, (int)range.Bytes);
                source(range.Start, part);
                for (int offset = 0; offset < part.Length; offset += ProgramAddresses.PageBytes)
                {
                    Span<byte> block = part[offset..Math.Min(part.Length, offset + ProgramAddresses.PageBytes)];
                    ImageRun run = new(range.Start + (ulong)offset, (ulong)block.Length);
                    BlockFate fate = judge(run.Start, block);
                    found.Add(fate, run);
                    if (fate != BlockFate.Stored)
                        continue;
                    Span<byte> place = _raw.Span.Slice(end, block.Length);
                    if (!place.Overlaps(block, out int distance) || distance != 0)
                        block.CopyTo(place);
                    end += block.Length;
                    if (runs.Count > 0 && runs[^1].End == run.Start)
                        runs[^1] = runs[^1] with { Bytes = runs[^1].Bytes + run.Bytes };
                    else
                        runs.Add(run);
                }
            }
            return end;
        }

        public ReadOnlySpan<byte> Compress(int bytes, Compression compression, out ChunkCoding coding)
        {
            ReadOnlySpan<byte> raw = _raw.Span[..bytes];
            // Only a result that is smaller is worth decompressing.
            int count = _codec.Compress(raw, _coded.Span[..(bytes - 1)], compression);
            coding = count < 0 ? ChunkCoding.Plain : compression.Coding;
            return count < 0 ? raw : _coded.Span[..count];
        }

        public ReadOnlySpan<byte> Seal(ulong place, ReadOnlySpan<byte> text)
        {
            if (_key is null || _sealed is null)
                return text;
            Span<byte> to = _sealed.Span[..(text.Length + ImageKey.TagBytes)];
            _key.Seal(ImageSectionKind.Data, place, text, to);
            return to;
        }

        public void Dispose()
        {
            _raw.Dispose();
            _coded.Dispose();
            _sealed?.Dispose();
            _codec.Dispose();
            _key?.Dispose();
        }
    }
}

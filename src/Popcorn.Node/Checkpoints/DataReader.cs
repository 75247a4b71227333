using Microsoft.Win32.SafeHandles;
using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Checkpoints;

/// <summary>Takes bytes that belong at an address, or at an offset of some contents.</summary>
public delegate void MemorySink(ulong address, ReadOnlySpan<byte> bytes);

/// <summary>Reads chunks of the data section of an image, on every processor at once.</summary>
public sealed class DataReader(SafeFileHandle file, long start, ImageKey? key, string where) : IDisposable
{
    private static readonly ParallelOptions s_everywhere = new()
    {
        MaxDegreeOfParallelism = Environment.ProcessorCount,
    };

    private readonly Stack<Worker> _idle = [];

    /// <summary>Whether every chunk has its checksum.</summary>
    public bool Verify(IReadOnlyList<ImageChunk> chunks)
    {
        int damaged = 0;
        ForEach(chunks, (worker, chunk) =>
        {
            if (!worker.TryLoad(file, start, chunk, out _))
                _ = Interlocked.Increment(ref damaged);
        });
        return damaged == 0;
    }

    /// <param name="wanted">Ascending; null for all.</param>
    public void Read(IReadOnlyList<ImageChunk> chunks, IReadOnlyList<ImageRun>? wanted, MemorySink sink)
    {
        ForEach(chunks, (worker, chunk) =>
        {
            IReadOnlyList<ImageRun> runs = wanted is null ? chunk.Runs : Intersect(chunk.Runs, wanted);
            if (runs.Count == 0)
                return;
            ReadOnlySpan<byte> raw = worker.Decode(file, start, chunk);
            if (raw.Length != chunk.RawBytes)
                throw new BadInputException(
                    where, start + (long)chunk.Offset,
                    "the checkpoint is damaged: a piece of its data cannot be read back");
            int at = 0;
            int next = 0;
            foreach (ImageRun run in chunk.Runs)
            {
                for (; next < runs.Count && runs[next].Start < run.End; next++)
                {
                    int offset = at + (int)(runs[next].Start - run.Start);
                    sink(runs[next].Start, raw.Slice(offset, (int)runs[next].Bytes));
                }
                at += (int)run.Bytes;
            }
        });
    }

    /// <summary>What is in both lists; both ascend, and so does the result.</summary>
    public static List<ImageRun> Intersect(IReadOnlyList<ImageRun> runs, IReadOnlyList<ImageRun> others)
    {
        List<ImageRun> common = [];
        int other = FirstEndingAfter(others, runs.Count > 0 ? runs[0].Start : 0);
        foreach (ImageRun run in runs)
        {
            while (other < others.Count && others[other].End <= run.Start)
                other++;
            for (int i = other; i < others.Count && others[i].Start < run.End; i++)
            {
                ulong from = Math.Max(run.Start, others[i].Start);
                ulong end = Math.Min(run.End, others[i].End);
                common.Add(new ImageRun(from, end - from));
            }
        }
        return common;
    }

    public static int ReadFully(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        int done = 0;
        while (done < buffer.Length)
        {
            int count = RandomAccess.Read(file, buffer[done..], offset + done);
            if (count == 0)
                break;
            done += count;
        }
        return done;
    }

    public void Dispose()
    {
        foreach (Worker worker in _idle)
            worker.Dispose();
    }

    private static int FirstEndingAfter(IReadOnlyList<ImageRun> runs, ulong address)
    {
        int low = 0;
        int high = runs.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (runs[middle].End <= address)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    private void ForEach(IReadOnlyList<ImageChunk> chunks, Action<Worker, ImageChunk> action)
    {
        try
        {
            _ = Parallel.ForEach(chunks, s_everywhere, Take, (chunk, _, worker) =>
            {
                action(worker, chunk);
                return worker;
            }, Put);
        }
        catch (AggregateException e)
        {
            throw DataWriter.Unwrap(e);
        }
    }

    private Worker Take()
    {
        lock (_idle)
            return _idle.TryPop(out Worker? worker) ? worker : new Worker(key?.Copy());
    }

    private void Put(Worker worker)
    {
        lock (_idle)
            _idle.Push(worker);
    }

    /// <summary>Buffers and coders of one thread.</summary>
    private sealed class Worker(ImageKey? key) : IDisposable
    {
        private readonly PageMapping _stored = PageMapping.Anonymous(ImageChunk.StoredBytesMax);
        private readonly PageMapping _opened = PageMapping.Anonymous(ImageChunk.StoredBytesMax);
        private readonly PageMapping _raw = PageMapping.Anonymous(ImageChunk.RawBytesMax);
        private readonly PieceCodec _codec = new();

        /// <summary>False when it does not have its checksum.</summary>
        public bool TryLoad(SafeFileHandle file, long start, ImageChunk chunk, out ReadOnlySpan<byte> text)
        {
            Span<byte> stored = _stored.Span[..(int)chunk.StoredBytes];
            text = stored;
            return ReadFully(file, stored, start + (long)chunk.Offset) == stored.Length
                && Crc32C.Of(stored) == chunk.Checksum;
        }

        /// <summary>The raw bytes; of another length when the chunk is not what was written.</summary>
        public ReadOnlySpan<byte> Decode(SafeFileHandle file, long start, ImageChunk chunk)
        {
            if (!TryLoad(file, start, chunk, out ReadOnlySpan<byte> text))
                return [];
            if (key is not null)
            {
                if (!key.TryOpen(ImageSectionKind.Data, chunk.Offset, text, _opened.Span))
                    return [];
                text = _opened.Span[..(text.Length - ImageKey.TagBytes)];
            }
            if (chunk.Coding == ChunkCoding.Plain)
                return text;
            Span<byte> raw = _raw.Span[..chunk.RawBytes];
            return _codec.TryDecompress(chunk.Coding, text, raw) ? raw : [];
        }

        public void Dispose()
        {
            _stored.Dispose();
            _opened.Dispose();
            _raw.Dispose();
            _codec.Dispose();
            key?.Dispose();
        }
    }
}

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Popcorn.Linux;
using Popcorn.Node.Moves;

namespace Popcorn.Node.Objects;

/// <summary>Contents of kernel objects that go into an image, by number: bytes in memory, or of files, which it
/// owns.</summary>
public sealed class ObjectContents : IDisposable
{
    private readonly List<(ulong Bytes, MemorySource Source)> _all = [];
    private readonly List<SafeHandle> _owned = [];

    public int Count => _all.Count;

    public int Add(byte[] bytes) => Add(
        (ulong)bytes.Length, (offset, buffer) => bytes.AsSpan((int)offset, buffer.Length).CopyTo(buffer));

    /// <summary>Takes the file over.</summary>
    public int Add(SafeFileHandle file, ulong bytes)
    {
        _owned.Add(file);
        return Add(bytes, (offset, buffer) => Read(file, offset, buffer));
    }

    /// <summary>Takes the segment over.</summary>
    public int Add(AttachedSegment segment, ulong bytes)
    {
        ArgumentNullException.ThrowIfNull(segment);
        _owned.Add(segment);
        return Add(bytes, segment.Read);
    }

    public IReadOnlyList<PageRange> Ranges(int number) =>
        _all[number].Bytes == 0 ? [] : [new PageRange(0, _all[number].Bytes)];

    public MemorySource Source(int number) => _all[number].Source;

    public void Dispose()
    {
        foreach (SafeHandle owned in _owned)
            owned.Dispose();
    }

    /// <summary>What is missing at a file's end is zeros.</summary>
    private static void Read(SafeFileHandle file, ulong offset, Span<byte> buffer)
    {
        for (int done = 0; done < buffer.Length;)
        {
            int count = RandomAccess.Read(file, buffer[done..], (long)offset + done);
            if (count == 0)
            {
                buffer[done..].Clear();
                return;
            }
            done += count;
        }
    }

    private int Add(ulong bytes, MemorySource source)
    {
        _all.Add((bytes, source));
        return _all.Count - 1;
    }
}

using Microsoft.Win32.SafeHandles;
using Popcorn.Linux;
using Popcorn.Node.Moves;

namespace Popcorn.Node.Objects;

/// <summary>Contents of kernel objects that go into an image, by number: bytes in memory, or of a file of
/// ours.</summary>
public sealed class ObjectContents
{
    private readonly List<(ulong Bytes, MemorySource Source)> _all = [];

    public int Count => _all.Count;

    public int Add(byte[] bytes) => Add(
        (ulong)bytes.Length, (offset, buffer) => bytes.AsSpan((int)offset, buffer.Length).CopyTo(buffer));

    /// <summary>The file must stay open until the contents have been written.</summary>
    public int Add(SafeFileHandle file, ulong bytes) => Add(bytes, (offset, buffer) =>
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
    });

    public IReadOnlyList<PageRange> Ranges(int number) =>
        _all[number].Bytes == 0 ? [] : [new PageRange(0, _all[number].Bytes)];

    public MemorySource Source(int number) => _all[number].Source;

    private int Add(ulong bytes, MemorySource source)
    {
        _all.Add((bytes, source));
        return _all.Count - 1;
    }
}

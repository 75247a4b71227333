using Popcorn.Core;

namespace Popcorn.StateMap;

/// <summary>Entries of varying length with the offset of every n-th in front: u32 offset × chunks, then the
/// entries.</summary>
internal sealed class ChunkWriter(int entriesPerChunk)
{
    private readonly FieldWriter _index = new();
    private readonly FieldWriter _entries = new();
    private int _count;

    /// <summary>Where to write the next entry.</summary>
    internal FieldWriter Next()
    {
        if (_count++ % entriesPerChunk == 0)
            _index.U32((uint)_entries.Length);
        return _entries;
    }

    internal FieldWriter Finish()
    {
        FieldWriter writer = new();
        writer.Bytes(_index.Written);
        writer.Bytes(_entries.Written);
        return writer;
    }
}

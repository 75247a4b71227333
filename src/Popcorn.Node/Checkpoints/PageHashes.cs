using System.IO.Hashing;
using System.Runtime.InteropServices;
using Popcorn.Wire.Control;

namespace Popcorn.Node.Checkpoints;

/// <summary>
/// 128-bit hashes of pages that are stored already: in the image that an incremental one builds on, or ahead of the
/// time when the program is parked. Two different pages of equal hash are less likely than a memory error that nobody
/// sees.
/// </summary>
public sealed class PageHashes
{
    private const int BlockPages = 256;
    private const ulong BlockBytes = BlockPages * ProgramAddresses.PageBytes;

    /// <summary>Zero where no page is known.</summary>
    private readonly Dictionary<(int Pid, ulong Block), UInt128[]> _blocks = [];

    public static PageHashes Of(ImageFile image)
    {
        ArgumentNullException.ThrowIfNull(image);
        PageHashes hashes = new();
        for (int i = 0; i < image.Processes.Count; i++)
        {
            int pid = image.Processes[i].Kinship.Pid;
            image.ReadMemory(i, (address, bytes) =>
            {
                for (int offset = 0; offset < bytes.Length; offset += ProgramAddresses.PageBytes)
                    hashes.Add(pid, address + (ulong)offset, bytes.Slice(offset, ProgramAddresses.PageBytes));
            });
        }
        return hashes;
    }

    /// <summary>Notes a page; from any thread, but for no page from two.</summary>
    public void Add(int pid, ulong address, ReadOnlySpan<byte> page)
    {
        UInt128[] block;
        lock (_blocks)
            block = CollectionsMarshal.GetValueRefOrAddDefault(_blocks, (pid, address / BlockBytes), out _) ??=
                new UInt128[BlockPages];
        block[IndexOf(address)] = Hash(page);
    }

    /// <summary>Not while pages are added.</summary>
    public bool Has(int pid, ulong address, ReadOnlySpan<byte> page) =>
        _blocks.TryGetValue((pid, address / BlockBytes), out UInt128[]? block)
        && block[IndexOf(address)] is UInt128 known && known != 0 && known == Hash(page);

    /// <summary>Never zero.</summary>
    public static UInt128 Hash(ReadOnlySpan<byte> page)
    {
        UInt128 hash = XxHash128.HashToUInt128(page);
        return hash == 0 ? 1 : hash;
    }

    private static int IndexOf(ulong address) => (int)(address % BlockBytes / ProgramAddresses.PageBytes);
}

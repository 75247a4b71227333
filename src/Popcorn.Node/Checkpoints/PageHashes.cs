using System.IO.Hashing;
using Popcorn.Wire.Control;

namespace Popcorn.Node.Checkpoints;

/// <summary>
/// 128-bit hashes of the pages of the image that an incremental one builds on, computed from it before anything is
/// parked. Two different pages of equal hash are less likely than a memory error that nobody sees.
/// </summary>
public sealed class PageHashes
{
    private readonly Dictionary<(int Pid, ulong Address), UInt128> _pages = [];

    public static PageHashes Of(ImageFile image)
    {
        ArgumentNullException.ThrowIfNull(image);
        PageHashes hashes = new();
        for (int i = 0; i < image.Processes.Count; i++)
        {
            int pid = image.Processes[i].Kinship.Pid;
            image.ReadMemory(i, (address, bytes) => hashes.Add(pid, address, bytes));
        }
        return hashes;
    }

    public bool Has(int pid, ulong address, ReadOnlySpan<byte> page) =>
        _pages.TryGetValue((pid, address), out UInt128 hash) && hash == XxHash128.HashToUInt128(page);

    private void Add(int pid, ulong address, ReadOnlySpan<byte> bytes)
    {
        for (int offset = 0; offset < bytes.Length; offset += ProgramAddresses.PageBytes)
        {
            UInt128 hash = XxHash128.HashToUInt128(bytes.Slice(offset, ProgramAddresses.PageBytes));
            lock (_pages)
                _pages[(pid, address + (ulong)offset)] = hash;
        }
    }
}

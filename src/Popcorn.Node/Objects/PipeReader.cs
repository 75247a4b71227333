using Microsoft.Win32.SafeHandles;
using Popcorn.Linux;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Objects;

/// <summary>Pipes and FIFOs: capacity, and what waits in them, copied out by tee(2), which leaves it there.</summary>
internal static class PipeReader
{
    // fcntl.h.
    private const int ReadNonblocking = 0x800;
    private const int PacketMode = 0x4000;

    public static PipeObject Read(
        OpenDescription description, DescriptionTable table, ObjectContents contents, bool parked)
    {
        OpenDescription[] ends =
            [.. table.All.Where(d => d.Facts.Target == description.Facts.Target)];
        string path = description.Facts.Target.StartsWith('/') ? description.Facts.Target : "";
        if (path.Length == 0)
            RefuseStrangers(description, table);
        uint capacity = (uint)KernelFile.PipeBytes(description.File);
        bool packets = ends.Any(e => (HostFlags.ToGeneric(e.Facts.Flags) & PacketMode) != 0);
        List<byte[]> messages = parked ? Copy(description, capacity) : [];
        return new PipeObject(
            path, capacity, [.. messages.Select(m => (uint)m.Length)], contents.Add([.. messages.SelectMany(m => m)]),
            packets);
    }

    /// <summary>
    /// An end held by a process that is not saved would be cut off. Ours and our starter's do not count: they are of
    /// pipes that are inherited, which is settled before.
    /// </summary>
    private static void RefuseStrangers(OpenDescription description, DescriptionTable table)
    {
        foreach ((int pid, string name) in ProcessFiles.HoldersOf([description.Facts.Target], except: table.Pids))
        {
            throw new UnsavableException(
                $"is a pipe to process {pid} ({name}), which is not saved with it");
        }
    }

    private static List<byte[]> Copy(OpenDescription description, uint capacity)
    {
        (SafeFileHandle read, SafeFileHandle write) = KernelFile.CreatePipe(ReadNonblocking);
        using (read)
        using (write)
        using (SafeFileHandle source = ReadEnd(description))
        {
            // Of one byte each, as many pieces fit in as the original had.
            KernelFile.SetPipeBytes(write, (int)capacity);
            _ = KernelFile.Tee(source, write);
            List<byte[]> messages = [];
            byte[] buffer = new byte[Math.Max(capacity, 65536)];
            for (int count = KernelFile.Read(read, buffer); count > 0; count = KernelFile.Read(read, buffer))
                messages.Add(buffer[..count]);
            return messages;
        }
    }

    private static SafeFileHandle ReadEnd(OpenDescription description) =>
        KernelFile.Open($"/proc/{description.Process.Pid}/fd/{description.Facts.Number}", ReadNonblocking);
}

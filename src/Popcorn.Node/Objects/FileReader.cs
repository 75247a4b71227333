using Popcorn.Linux;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Objects;

/// <summary>Files with a path, files that lost theirs, FIFOs, devices, memory files.</summary>
internal static class FileReader
{
    /// <summary>How much of a file's start is remembered to notice that another one is there at the restore.</summary>
    public const int CheckedBytesMax = 1 << 20;

    private const string DeletedSuffix = " (deleted)";

    /// <summary>Devices that are the same everywhere and keep no state.</summary>
    private static readonly string[] s_harmlessDevices =
        ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"];

    public static ImageObject Read(
        OpenDescription description, ObjectContents contents, bool parked, DescriptionTable table)
    {
        string path = description.Facts.Target;
        FileStatus status = KernelFile.Status(description.File);
        if (status.IsFifo)
            return PipeReader.Read(description, table, contents, parked);
        if (TerminalFile.MasterNumber(description.File) is int number)
            return ReadTerminal(description, table, number, isMaster: true);
        if (path.StartsWith("/dev/pts/", StringComparison.Ordinal))
            return ReadTerminal(description, table, int.Parse(path["/dev/pts/".Length..]), isMaster: false);
        if (path == "/dev/tty" && TerminalFile.SlaveNumber(description.File) is int own && HasMaster(own, table))
            return ReadTerminal(description, table, own, isMaster: false);
        if (status.IsBlockDevice || (status.IsCharacterDevice && !s_harmlessDevices.Contains(path)))
            throw new UnsavableException("is a device, whose state only its driver has");
        if (path.StartsWith($"/proc/{description.Process.Pid}/", StringComparison.Ordinal))
            throw new UnsavableException("describes this very process", passes: true);
        bool isThere = KernelFile.StatusOf(path) is FileStatus there &&
            (there.Inode, there.Device) == (status.Inode, status.Device);
        if (isThere)
            return Fingerprint(description, path, status);
        if (status.IsRegular && status.Links == 0)
        {
            string name = path.EndsWith(DeletedSuffix, StringComparison.Ordinal) ? path[..^DeletedSuffix.Length] : path;
            return new DeletedFileObject(
                name, status.Mode & 0xfff, status.Bytes, AddContents(description, contents, status.Bytes));
        }
        throw new UnsavableException(status.IsDirectory
            ? "is a directory that has been deleted"
            : "cannot be found again under its path (it has another name, or is from another name space)");
    }

    public static MemoryFileObject ReadMemoryFile(OpenDescription description, ObjectContents contents)
    {
        string target = description.Facts.Target;
        FileStatus status = KernelFile.Status(description.File);
        string name = target["/memfd:".Length..];
        if (name.EndsWith(DeletedSuffix, StringComparison.Ordinal))
            name = name[..^DeletedSuffix.Length];
        return new MemoryFileObject(
            name, status.Mode & 0xfff, KernelFile.Seals(description.File), status.Bytes,
            AddContents(description, contents, status.Bytes));
    }

    /// <summary>The checksum over what will be compared at the restore.</summary>
    public static (ulong Bytes, uint Checksum) ChecksumOf(string path, ulong bytesMax)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle file = KernelFile.Open(path, 0);
        byte[] start = new byte[(int)Math.Min(bytesMax, CheckedBytesMax)];
        int count = Checkpoints.DataReader.ReadFully(file, start, 0);
        return ((ulong)count, Crc32C.Of(start.AsSpan(0, count)));
    }

    private static FileObject Fingerprint(OpenDescription description, string path, FileStatus status)
    {
        (ulong bytes, uint checksum) = (0, 0);
        if (status.IsRegular && status.Bytes > 0)
        {
            try
            {
                (bytes, checksum) = ChecksumOf($"/proc/{description.Process.Pid}/fd/{description.Facts.Number}",
                    status.Bytes);
            }
            catch (LinuxCallException)
            {
                // Open for writing only, and not readable for us: size and time must do.
            }
        }
        return new FileObject(path, status.Mode, status.Bytes, status.ModifiedNs, bytes, checksum);
    }

    /// <summary>A descriptor open for writing only can still be read through /proc, by its owner.</summary>
    private static int AddContents(OpenDescription description, ObjectContents contents, ulong bytes) =>
        contents.Add(
            KernelFile.Open($"/proc/{description.Process.Pid}/fd/{description.Facts.Number}", 0), bytes);

    private static bool HasMaster(int number, DescriptionTable table) => table.All.Any(d =>
        d.Facts.Target.EndsWith("ptmx", StringComparison.Ordinal) && TerminalFile.MasterNumber(d.File) == number);

    private static TerminalObject ReadTerminal(
        OpenDescription description, DescriptionTable table, int number, bool isMaster)
    {
        string slave = $"/dev/pts/{number}";
        if (!isMaster && !HasMaster(number, table))
            throw new UnsavableException("is a terminal that somebody else provides");
        if (isMaster && ProcessFiles.HoldersOf([slave], table.Pids).Any())
            throw new UnsavableException($"provides the terminal '{slave}' to a process that is not saved with it");
        if (KernelFile.Readable(description.File) > 0)
            throw new UnsavableException("is a terminal with input that nobody has read yet", passes: true);
        byte[] modes = isMaster ? [] : TerminalFile.Modes(description.File) ?? [];
        return new TerminalObject(number, isMaster, modes, TerminalFile.WindowSize(description.File) ?? []);
    }
}

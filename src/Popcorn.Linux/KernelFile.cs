using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Popcorn.Linux.Libc;

namespace Popcorn.Linux;

/// <summary>What a file is, whoever has it open.</summary>
public readonly record struct FileStatus(
    uint Mode, uint Links, ulong Inode, ulong Device, ulong Bytes, long ModifiedNs)
{
    // S_IFMT and its values, sys/stat.h.
    private const uint TypeMask = 0xf000;

    public bool IsRegular => (Mode & TypeMask) == 0x8000;

    public bool IsDirectory => (Mode & TypeMask) == 0x4000;

    public bool IsFifo => (Mode & TypeMask) == 0x1000;

    public bool IsCharacterDevice => (Mode & TypeMask) == 0x2000;

    public bool IsBlockDevice => (Mode & TypeMask) == 0x6000;

    public bool IsSocket => (Mode & TypeMask) == 0xc000;
}

/// <summary>Calls on open files and their descriptions that .NET has no word for.</summary>
public static unsafe class KernelFile
{
    // unistd.h: whence of lseek.
    private const int SeekSet = 0;

    public static int Number(this SafeFileHandle file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return (int)file.DangerousGetHandle();
    }

    /// <param name="flags">As this host's kernel spells them; close-on-exec is added.</param>
    public static SafeFileHandle Open(string path, int flags, uint mode = 0) => Own(
        Fcntl.Open(path, flags | Fcntl.OpenCloexec, mode), "open", $"cannot open '{path}'");

    /// <summary>
    /// A file without a name, which goes away with its last descriptor whatever happens to us; null where the file
    /// system has none (O_TMPFILE).
    /// </summary>
    public static SafeFileHandle? TryCreateNameless(string folder, uint mode)
    {
        // O_TMPFILE contains O_DIRECTORY, which AArch64 has elsewhere (asm/fcntl.h).
        int directory = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;
        int fd = Fcntl.Open(folder, 0x400000 | directory | Fcntl.ReadWrite | Fcntl.OpenCloexec, mode);
        return fd < 0 ? null : new SafeFileHandle(fd, ownsHandle: true);
    }

    /// <summary>Gives a nameless file a name, which must be free.</summary>
    public static void Name(SafeFileHandle file, string path)
    {
        const int FollowLinks = 0x400; // AT_SYMLINK_FOLLOW
        string ours = $"/proc/self/fd/{file.Number()}";
        Check(
            Unistd.Linkat(SysStat.CurrentFolder, ours, SysStat.CurrentFolder, path, FollowLinks), "linkat",
            $"cannot make '{path}'");
    }

    /// <summary>Waits until the file is on disk.</summary>
    public static void Sync(SafeFileHandle file) =>
        Check(Unistd.Fsync(file.Number()), "fsync", "cannot write to the disk");

    /// <summary>A descriptor of ours for the same open file description.</summary>
    public static SafeFileHandle Duplicate(int descriptor) => Own(
        Fcntl.Control(descriptor, Fcntl.DuplicateCloexec, 0), "fcntl", $"cannot duplicate descriptor {descriptor}");

    /// <summary>Open flags of the description, as this host's kernel spells them.</summary>
    public static int StatusFlags(SafeFileHandle file) =>
        Check(Fcntl.Control(file.Number(), Fcntl.GetFlags, 0), "fcntl", "cannot ask for open flags");

    public static void SetStatusFlags(SafeFileHandle file, int flags) =>
        Check(Fcntl.Control(file.Number(), Fcntl.SetFlags, flags), "fcntl", "cannot set open flags");

    public static void Seek(SafeFileHandle file, long position)
    {
        if (Unistd.Lseek(file.Number(), position, SeekSet) < 0)
            throw Failure("lseek", $"cannot seek to {position}");
    }

    public static void Resize(SafeFileHandle file, ulong bytes) =>
        Check(Unistd.Ftruncate(file.Number(), (long)bytes), "ftruncate", $"cannot size a file to {bytes} bytes");

    public static FileStatus Status(SafeFileHandle file)
    {
        StatusRecord record;
        // SAFETY: statx writes one struct of 256 bytes.
        int result = SysStat.Statx(file.Number(), "", SysStat.EmptyPath, SysStat.MaskBasic, &record);
        return result == 0 ? Describe(record) : throw Failure("statx", "cannot ask what a file is");
    }

    /// <summary>Null when there is no such file. Links are followed.</summary>
    public static FileStatus? StatusOf(string path)
    {
        StatusRecord record;
        // SAFETY: as above.
        int result = SysStat.Statx(SysStat.CurrentFolder, path, 0, SysStat.MaskBasic, &record);
        return result == 0 ? Describe(record) : null;
    }

    public static (SafeFileHandle Read, SafeFileHandle Write) CreatePipe(int flags)
    {
        int* fds = stackalloc int[2];
        // SAFETY: pipe2 writes two numbers.
        Check(Unistd.Pipe2(fds, flags | Fcntl.OpenCloexec), "pipe2", "cannot create a pipe");
        return (new SafeFileHandle(fds[0], ownsHandle: true), new SafeFileHandle(fds[1], ownsHandle: true));
    }

    public static int PipeBytes(SafeFileHandle pipe) =>
        Check(Fcntl.Control(pipe.Number(), Fcntl.GetPipeBytes, 0), "fcntl", "cannot ask for a pipe's size");

    public static void SetPipeBytes(SafeFileHandle pipe, int bytes) =>
        Check(Fcntl.Control(pipe.Number(), Fcntl.SetPipeBytes, bytes), "fcntl", $"cannot size a pipe to {bytes} bytes");

    /// <summary>Copies what is in a pipe into another one, leaving it where it is; returns the bytes.</summary>
    public static int Tee(SafeFileHandle from, SafeFileHandle to)
    {
        const uint Nonblock = 2; // SPLICE_F_NONBLOCK
        nint count = Unistd.Tee(from.Number(), to.Number(), int.MaxValue, Nonblock);
        if (count >= 0)
            return (int)count;
        int errno = Marshal.GetLastPInvokeError();
        return errno == Errno.Again ? 0 : throw new LinuxCallException("tee", errno, "cannot copy a pipe's contents");
    }

    /// <summary>At most the buffer; 0 at the end or when nothing is there.</summary>
    public static int Read(SafeFileHandle file, Span<byte> buffer)
    {
        // SAFETY: the buffer is pinned for the call.
        fixed (byte* start = buffer)
        {
            nint count = Unistd.Read(file.Number(), start, (nuint)buffer.Length);
            if (count >= 0)
                return (int)count;
        }
        int errno = Marshal.GetLastPInvokeError();
        return errno == Errno.Again ? 0 : throw new LinuxCallException("read", errno, "cannot read");
    }

    /// <summary>In one call, or it fails: what is written stays one piece.</summary>
    public static void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes)
    {
        nint count;
        // SAFETY: the bytes are pinned for the call.
        fixed (byte* start = bytes)
            count = Unistd.Write(file.Number(), start, (nuint)bytes.Length);
        if (count != bytes.Length)
            throw Failure("write", $"cannot put {bytes.Length} bytes back");
    }

    /// <summary>Bytes that a read would give; 0 where the question makes no sense.</summary>
    public static int Readable(SafeFileHandle file)
    {
        int bytes = 0;
        // SAFETY: the request writes one int.
        return SysIoctl.IoctlBytes(file.Number(), SysIoctl.BytesReadable, (byte*)&bytes) == 0 ? bytes : 0;
    }

    /// <summary>F_SEAL_*; 0 for a file that has none.</summary>
    public static uint Seals(SafeFileHandle file) => (uint)Math.Max(0, Fcntl.Control(file.Number(), Fcntl.GetSeals, 0));

    public static void AddSeals(SafeFileHandle file, uint seals) =>
        Check(Fcntl.Control(file.Number(), Fcntl.AddSeals, (nint)seals), "fcntl", "cannot seal a memory file");

    /// <summary>flock(2), without waiting. False when somebody else has it.</summary>
    public static bool TryLock(SafeFileHandle file, bool exclusive) => Fcntl.Flock(
        file.Number(), (exclusive ? Fcntl.LockExclusive : Fcntl.LockShared) | Fcntl.LockNonblock) == 0;

    /// <summary>A lock of the open file description, without waiting. False when somebody else has it.</summary>
    public static bool TryLockRange(SafeFileHandle file, bool exclusive, ulong start, ulong bytes)
    {
        LockRequest request = new()
        {
            Type = exclusive ? (short)1 : (short)0,
            Start = (long)start,
            Length = (long)bytes,
        };
        // SAFETY: the kernel reads one struct flock.
        return Fcntl.Control(file.Number(), Fcntl.OfdSetLock, (nint)(&request)) == 0;
    }

    internal static SafeFileHandle Own(int fd, string call, string sentence) =>
        new(Check(fd, call, sentence), ownsHandle: true);

    internal static int Check(int result, string call, string sentence) =>
        result >= 0 ? result : throw Failure(call, sentence);

    private static LinuxCallException Failure(string call, string sentence) =>
        new(call, Marshal.GetLastPInvokeError(), sentence);

    private static FileStatus Describe(in StatusRecord record) => new(
        record.Mode,
        record.Links,
        record.Inode,
        ((ulong)record.DeviceMajor << 32) | record.DeviceMinor,
        record.Bytes,
        record.ModifiedSeconds * 1_000_000_000 + record.ModifiedNanoseconds);
}

using Microsoft.Win32.SafeHandles;
using Popcorn.Linux.Libc;

namespace Popcorn.Linux;

/// <summary>Modes, window size and pairs of terminals.</summary>
public static unsafe class TerminalFile
{
    // struct termios of the kernel: four words, line discipline, 19 control characters.
    private const int ModesBytes = 36;
    private const int WindowBytes = 8;

    /// <summary>Null for what is no terminal.</summary>
    public static byte[]? Modes(SafeFileHandle file) => Ask(file, SysIoctl.GetTerminalModes, ModesBytes);

    public static byte[]? WindowSize(SafeFileHandle file) => Ask(file, SysIoctl.GetWindowSize, WindowBytes);

    /// <summary>The N of /dev/pts/N that a master belongs to, or null for what is no master.</summary>
    public static int? MasterNumber(SafeFileHandle file) =>
        Ask(file, SysIoctl.TerminalNumber, sizeof(int)) is byte[] number ? BitConverter.ToInt32(number) : null;

    /// <summary>The N of /dev/pts/N that a terminal is, by whatever name it was opened; null for another one.</summary>
    public static int? SlaveNumber(SafeFileHandle file) =>
        Ask(file, SysIoctl.TerminalDevice, sizeof(int)) is byte[] device
            ? NumberOf(BitConverter.ToUInt32(device)) : null;

    /// <summary>The same of a terminal's device number.</summary>
    internal static int? NumberOf(uint device)
    {
        const uint PseudoTerminals = 136; // Documentation/admin-guide/devices.txt: UNIX98_PTY_SLAVE_MAJOR.
        // include/linux/kdev_t.h: the low 8 bits of the minor number, 12 of the major one, the rest of the minor one.
        uint major = device >> 8 & 0xfff;
        return major == PseudoTerminals ? (int)(device & 0xff | device >> 12 & 0xfff00) : null;
    }

    /// <summary>Modes and size, as far as given. False when the terminal does not take them.</summary>
    public static bool TryApply(SafeFileHandle file, ReadOnlySpan<byte> modes, ReadOnlySpan<byte> windowSize)
    {
        // SAFETY: the requests read exactly these many bytes; shorter spans are not passed on.
        fixed (byte* modeBytes = modes, windowBytes = windowSize)
        {
            bool modesTaken = modes.Length < ModesBytes
                || SysIoctl.IoctlBytes(file.Number(), SysIoctl.SetTerminalModes, modeBytes) == 0;
            return modesTaken && (windowSize.Length < WindowBytes
                || SysIoctl.IoctlBytes(file.Number(), SysIoctl.SetWindowSize, windowBytes) == 0);
        }
    }

    /// <summary>Whether each read of a master begins with a byte that says what it is (TIOCPKT).</summary>
    public static bool HasPackets(SafeFileHandle master) =>
        Ask(master, SysIoctl.GetPacketMode, sizeof(int)) is byte[] mode && BitConverter.ToInt32(mode) != 0;

    public static void SetPackets(SafeFileHandle master, bool on)
    {
        int wanted = on ? 1 : 0;
        // SAFETY: the request reads one int.
        KernelFile.Check(
            SysIoctl.IoctlBytes(master.Number(), SysIoctl.SetPacketMode, (byte*)&wanted), "ioctl(TIOCPKT)",
            "cannot set a terminal's packet mode");
    }

    public static SafeFileHandle CreateMaster()
    {
        const int ReadWrite = 2;
        const int NoControllingTerminal = 0x100;
        SafeFileHandle master = KernelFile.Open("/dev/ptmx", ReadWrite | NoControllingTerminal);
        int unlocked = 0;
        // SAFETY: the request reads one int.
        KernelFile.Check(
            SysIoctl.IoctlBytes(master.Number(), SysIoctl.UnlockTerminal, (byte*)&unlocked), "ioctl(TIOCSPTLCK)",
            "cannot unlock a terminal");
        return master;
    }

    public static SafeFileHandle OpenSlave(SafeFileHandle master, int flags)
    {
        const int NoControllingTerminal = 0x100;
        // With close-on-exec the kernel would, for this call alone, mark the description, and whoever gets it.
        SafeFileHandle slave = KernelFile.Own(
            SysIoctl.IoctlNumber(
                master.Number(), SysIoctl.OpenTerminalPeer, (flags & ~Fcntl.OpenCloexec) | NoControllingTerminal),
            "ioctl(TIOCGPTPEER)", "cannot open a terminal's other side");
        KernelFile.Check(
            Fcntl.Control(slave.Number(), Fcntl.SetFd, Fcntl.FdCloexec), "fcntl",
            "cannot keep a terminal from children");
        return slave;
    }

    private static byte[]? Ask(SafeFileHandle file, nuint request, int bytes)
    {
        byte[] answer = new byte[bytes];
        // SAFETY: the requests used here write at most the bytes asked for.
        fixed (byte* start = answer)
            return SysIoctl.IoctlBytes(file.Number(), request, start) == 0 ? answer : null;
    }
}

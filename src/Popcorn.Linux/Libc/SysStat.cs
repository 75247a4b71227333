using System.Runtime.InteropServices;

namespace Popcorn.Linux.Libc;

/// <summary>sys/stat.h: statx only, whose layout is the same on every ISA.</summary>
internal static unsafe partial class SysStat
{
    public const int CurrentFolder = -100;
    public const int NoFollow = 0x100;
    public const uint MaskType = 1;
    public const int EmptyPath = 0x1000;
    public const uint MaskUid = 8;
    public const uint MaskBasic = 0x7ff;

    /// <summary>The bits of a mode that hold the kind of file, and a regular file's (inode(7)).</summary>
    public const ushort KindBits = 0xF000, RegularFile = 0x8000;

    [LibraryImport(Library.C, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Statx(int directory, string path, int flags, uint mask, StatusRecord* record);
}

// The kernel assigns the fields.
#pragma warning disable CS0649

/// <summary><c>struct statx</c>, as far as it is used: 256 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct StatusRecord
{
    [FieldOffset(16)]
    public uint Links;

    [FieldOffset(20)]
    public uint Uid;

    [FieldOffset(28)]
    public ushort Mode;

    [FieldOffset(32)]
    public ulong Inode;

    [FieldOffset(40)]
    public ulong Bytes;

    [FieldOffset(112)]
    public long ModifiedSeconds;

    [FieldOffset(120)]
    public uint ModifiedNanoseconds;

    [FieldOffset(136)]
    public uint DeviceMajor;

    [FieldOffset(140)]
    public uint DeviceMinor;
}

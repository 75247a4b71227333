using System.Runtime.InteropServices;

namespace Popcorn.Linux.Libc;

/// <summary>sys/stat.h: statx only, whose layout is the same on every ISA.</summary>
internal static unsafe partial class SysStat
{
    public const int CurrentFolder = -100;
    public const int NoFollow = 0x100;
    public const uint MaskUid = 8;

    [LibraryImport(Library.C, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Statx(int directory, string path, int flags, uint mask, StatusRecord* record);
}

// The kernel assigns the fields.
#pragma warning disable CS0649

/// <summary><c>struct statx</c>, as far as it is used: 256 bytes, owner at 20.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct StatusRecord
{
    [FieldOffset(20)]
    public uint Uid;
}

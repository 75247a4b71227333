using System.Runtime.InteropServices;

namespace Popcorn.Linux.Libc;

/// <summary>lz4.h of liblz4 1.x (stable API), single blocks.</summary>
internal static unsafe partial class LibLz4
{
    private const string Name = "liblz4.so.1";

    [LibraryImport(Name, EntryPoint = "LZ4_versionNumber")]
    public static partial int Version();

    /// <summary>Bytes written; 0 when they do not fit.</summary>
    [LibraryImport(Name, EntryPoint = "LZ4_compress_default")]
    public static partial int Compress(byte* from, byte* to, int fromBytes, int toBytes);

    /// <summary>Bytes written; negative for anything that is no block of at most that many.</summary>
    [LibraryImport(Name, EntryPoint = "LZ4_decompress_safe")]
    public static partial int Decompress(byte* from, byte* to, int fromBytes, int toBytes);
}

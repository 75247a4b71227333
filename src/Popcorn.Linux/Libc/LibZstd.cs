using System.Runtime.InteropServices;

namespace Popcorn.Linux.Libc;

/// <summary>zstd.h of libzstd 1.x (stable API). Sizes that ZSTD_isError accepts are errors.</summary>
internal static unsafe partial class LibZstd
{
    private const string Name = "libzstd.so.1";

    [LibraryImport(Name, EntryPoint = "ZSTD_createCCtx")]
    public static partial nint CreateCompressor();

    [LibraryImport(Name, EntryPoint = "ZSTD_freeCCtx")]
    public static partial nuint FreeCompressor(nint context);

    [LibraryImport(Name, EntryPoint = "ZSTD_compressCCtx")]
    public static partial nuint Compress(
        nint context, byte* to, nuint toBytes, byte* from, nuint fromBytes, int level);

    [LibraryImport(Name, EntryPoint = "ZSTD_createDCtx")]
    public static partial nint CreateDecompressor();

    [LibraryImport(Name, EntryPoint = "ZSTD_freeDCtx")]
    public static partial nuint FreeDecompressor(nint context);

    [LibraryImport(Name, EntryPoint = "ZSTD_decompressDCtx")]
    public static partial nuint Decompress(nint context, byte* to, nuint toBytes, byte* from, nuint fromBytes);

    [LibraryImport(Name, EntryPoint = "ZSTD_isError")]
    public static partial uint IsError(nuint code);
}

namespace Popcorn.Linux.Libc;

/// <summary>The one library every native signature of this folder comes from. One file per header, no logic in
/// them.</summary>
internal static class Library
{
    // The versioned name: plain "libc" finds the linker script libc.so of libc6-dev first.
    public const string C = "libc.so.6";
}

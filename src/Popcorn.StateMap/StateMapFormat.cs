namespace Popcorn.StateMap;

/// <summary>
/// Numbers of the state map's byte layout; docs/formats/statemap.md draws it. The header, 72 bytes, then the section
/// table:
/// <code>
///  0  u8[8] magic      8  u32 version     12  u32 section count   16  u32 function count   20  u32 site count
/// 24  u32 flags, 0    28  u32 build id bytes, at most 32          32  u8[32] build id       64  u64 reserved, 0
/// 72  sections: u32 kind, u32 isa (0: of all), u32 offset, u32 bytes in the file, u32 bytes
/// </code>
/// </summary>
internal static class StateMapFormat
{
    internal const uint Version = 2;
    internal const int HeaderBytes = 72;
    internal const int SectionRowBytes = 20;
    internal const int BuildIdBytesMax = 32;
    internal const int FunctionRowBytes = 16;
    internal const int SectionCountMax = 64;

    /// <summary>LLVM counts the locations of a record in 16 bits.</summary>
    internal const int ValuesPerSiteMax = ushort.MaxValue;

    /// <summary>Sites to a chunk of the site and detail sections.</summary>
    internal const int SitesPerChunk = 64;

    /// <summary>Return points to a chunk: a lookup decodes half of that on average.</summary>
    internal const int PointsPerChunk = 32;

    internal const int PointHeaderBytes = 16;
    internal const int ChunkRowBytes = 8;
    internal const int DictionaryRowBytes = 12;

    // A location is one byte: a row of the dictionary, or one of the escapes.
    internal const int DictionaryRowsMax = 240;
    internal const byte EscapeConstant = 240;
    internal const byte EscapeRegister = 241;
    internal const byte EscapeMemory = 242;

    /// <summary>In place of a type number: a saved value that no record can hold; its size follows.</summary>
    internal const byte UnrecordableType = 0;

    internal static ReadOnlySpan<byte> Magic => "POPSTMAP"u8;
}

internal enum StateMapSection : uint
{
    Strings = 1,
    Functions = 2,
    TypeLists = 3,
    Sites = 4,

    /// <summary>Optional: callee, line and value names.</summary>
    Details = 5,

    /// <summary>One per ISA.</summary>
    ReturnPoints = 6,

    /// <summary>One per ISA.</summary>
    ResumeAddresses = 7,

    /// <summary>Optional: what migration points keep in memory.</summary>
    SavedValues = 8,
}

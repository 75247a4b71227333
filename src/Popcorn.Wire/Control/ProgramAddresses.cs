namespace Popcorn.Wire.Control;

/// <summary>The address ranges of contracts section 1 that the agent handles; the same on every ISA.</summary>
public static class ProgramAddresses
{
    public const int PageBytes = 4096;

    public const ulong PrivateStart = 0x8_0000_0000;

    /// <summary>Restore records lie from here up to <see cref="PrivateEnd"/>; the native stacks of threads lie
    /// below.</summary>
    public const ulong RecordsStart = 0xc_0000_0000;

    public const ulong PrivateEnd = 0x10_0000_0000;
    public const ulong ArenaStart = 0x10_0000_0000;
    public const ulong ArenaEnd = 0x38_0000_0000;

    public const string DataStartSymbol = "__pop_data_start";
    public const string DataEndSymbol = "__pop_data_end";

    public static bool IsInArena(ulong start, ulong bytes) =>
        start >= ArenaStart && start <= ArenaEnd && bytes <= ArenaEnd - start;
}

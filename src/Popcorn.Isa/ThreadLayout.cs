namespace Popcorn.Architecture;

/// <summary>Where a thread keeps the program's data stack, the same on every ISA (contracts, section 3).</summary>
public static class ThreadLayout
{
    /// <summary>The word that holds the data-stack pointer, from the thread pointer.</summary>
    public const long DataStackPointer = -8;

    /// <summary>What signal handlers leave alone below the data-stack pointer.</summary>
    public const long RedZoneBytes = 512;
}

namespace Popcorn.Transform;

/// <summary>How a thread came to rest.</summary>
public enum ParkKind : byte
{
    /// <summary>In <c>__pop_park</c>, called by a migration point.</summary>
    Point = 0,

    /// <summary>In a system call that must be made again.</summary>
    SystemCall = 1,
}

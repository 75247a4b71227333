namespace Popcorn.Core;

/// <summary>What <c>popcorn</c> itself exits with; a program under <c>popcorn run</c> passes its own status through.</summary>
public enum ExitCode
{
    Ok = 0,
    Failed = 1,
    Inconclusive = 2,
    UnsupportedMachine = 3,
    Usage = 64,
    InternalBug = 70,
}

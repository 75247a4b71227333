namespace Popcorn.Node.Moves;

/// <summary>How long a move waits for others before it gives up and lets the program go on.</summary>
/// <param name="Park">For every thread to reach a migration point. A compute loop without points would be a compiler
/// bug, so only a signal handler or an uninterruptible system call can take this long.</param>
public sealed record MoveLimits(TimeSpan Park)
{
    public static MoveLimits Default { get; } = new(TimeSpan.FromSeconds(10));
}

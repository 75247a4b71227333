namespace Popcorn.Linux;

/// <summary>asm-generic/errno-base.h and errno.h: the numbers decisions are made on. They are the same on all our
/// hosts.</summary>
public static class Errno
{
    public const int Perm = 1;
    public const int NoEntry = 2;
    public const int NoProcess = 3;
    public const int Interrupted = 4;
    public const int BadFile = 9;
    public const int NoChild = 10;
    public const int Again = 11;
    public const int Access = 13;
    public const int Fault = 14;
    public const int Invalid = 22;
    public const int NoTty = 25;
    public const int BrokenPipe = 32;
    public const int NotSupported = 95;
    public const int TimedOut = 110;
}

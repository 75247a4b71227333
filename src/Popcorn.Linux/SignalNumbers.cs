namespace Popcorn.Linux;

/// <summary>asm-generic/signal.h; x86-64, AArch64 and RISC-V agree on all of them.</summary>
public static class SignalNumbers
{
    public const int Hangup = 1;
    public const int Interrupt = 2;
    public const int Quit = 3;
    public const int Kill = 9;
    public const int User1 = 10;
    public const int User2 = 12;
    public const int Pipe = 13;
    public const int Alarm = 14;
    public const int Terminate = 15;

    /// <summary>SIGSTKFLT, which no kernel of ours sends: the agent's kick to a thread that has not parked.</summary>
    public const int Kick = 16;

    public const int Child = 17;
    public const int Continue = 18;
    public const int Stop = 19;
    public const int TerminalStop = 20;
    public const int TerminalInput = 21;
    public const int TerminalOutput = 22;
    public const int FileSize = 25;
    public const int WindowSize = 28;
}

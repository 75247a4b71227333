namespace Popcorn.Linux;

/// <summary>How a process ended: with a status, or by a signal.</summary>
public readonly record struct ExitStatus(bool BySignal, int Number)
{
    /// <summary>From a number as wait(2) gives it.</summary>
    public static ExitStatus OfWait(int status) => (status & 0x7f) == 0
        ? new ExitStatus(BySignal: false, status >> 8 & 0xff)
        : new ExitStatus(BySignal: true, status & 0x7f);

    /// <summary>As wait(2) gives it.</summary>
    public int ToWait() => BySignal ? Number : Number << 8;

    public override string ToString() => BySignal ? $"killed by signal {Number}" : $"exited with status {Number}";
}

namespace Popcorn.Linux;

/// <summary>How a process ended: with a status, or by a signal.</summary>
public readonly record struct ExitStatus(bool BySignal, int Number)
{
    public override string ToString() => BySignal ? $"killed by signal {Number}" : $"exited with status {Number}";
}

using System.Diagnostics;

namespace Popcorn.Linux;

/// <summary>
/// How long to wait for a process that says nothing: as long as it works, which its processor time tells. On a busy
/// machine work of a second can take a minute.
/// </summary>
/// <param name="pid">The process now; 0 as long as there is none, which does no work.</param>
/// <param name="idleMax">How long it may do nothing.</param>
/// <param name="workMax">How long it may work: one that does no end of it is stuck, too.</param>
public sealed class Patience(Func<int> pid, TimeSpan idleMax, TimeSpan workMax)
{
    /// <summary>How often to ask whether it is over.</summary>
    public static readonly TimeSpan Glance = TimeSpan.FromSeconds(1);

    private long _begun;
    private long _worked;
    private long _used;

    /// <summary>Something new is waited for.</summary>
    public void Begin()
    {
        _begun = _worked = Stopwatch.GetTimestamp();
        _used = ProcessFiles.ProcessorTicks(pid());
    }

    public bool IsOver()
    {
        long used = ProcessFiles.ProcessorTicks(pid());
        if (used != _used)
        {
            _used = used;
            _worked = Stopwatch.GetTimestamp();
        }
        return Stopwatch.GetElapsedTime(_worked) >= idleMax || Stopwatch.GetElapsedTime(_begun) >= workMax;
    }

    /// <summary>What it did all the time, once it is over.</summary>
    public string Describe() => Stopwatch.GetElapsedTime(_worked) >= idleMax
        ? $"it has done nothing for {idleMax.TotalSeconds:0.#} s"
        : $"it has been at work for {workMax.TotalSeconds:0.#} s";
}

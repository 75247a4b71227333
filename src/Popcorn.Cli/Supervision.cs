using System.Globalization;
using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Node.Agents;
using Popcorn.Node.Moves;
using Popcorn.Node.Processes;
using Popcorn.Node.Programs;

namespace Popcorn.Cli;

/// <summary>What <c>run</c> and <c>restore</c> share: signals, the runtime folder, messages, and ending as the program
/// ended.</summary>
internal static class Supervision
{
    /// <summary>Set in our own environment once our signals are blocked; its value is the mask we were started
    /// with.</summary>
    private const string Marker = "POPCORN_SUPERVISOR";

    /// <summary>
    /// Signals must be blocked in every thread, also those the managed runtime has made by now; so the process executes
    /// itself once more with them blocked, and keeps its pid. To be called before any work is done.
    /// </summary>
    public static void BlockSignals()
    {
        if (Environment.GetEnvironmentVariable(Marker) is null)
            HostProcess.ExecuteSelfWithBlocked(SignalForwarder.Received, Marker);
    }

    /// <summary>After <see cref="BlockSignals"/>.</summary>
    public static int Run(
        ProgramFiles program, IReadOnlyList<string> command, MoveSchedule schedule, Action<SupervisorEvent> report,
        Func<ProcessLauncher, SupervisorOptions, Supervisor> start)
    {
        string? marker = Environment.GetEnvironmentVariable(Marker);
        SignalSet startMask = default;
        if (ulong.TryParse(marker, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong bits))
            startMask.Bits = bits;
        HostProcess.DefaultDisposition(SignalNumbers.Child);
        // A checkpoint that meets a file size limit must fail as a write, and not end us.
        HostProcess.IgnoreSignal(SignalNumbers.FileSize);
        using SignalReceiver signals = new(SignalForwarder.Received);
        ProcessLauncher launcher = new(program, command, [.. HostProcess.EnvironmentTexts(Marker)], startMask);
        SupervisorOptions options = new(
            command, schedule, MoveLimits.Default, signals, OpenFolder(report), report);
        ExitStatus status;
        using (Supervisor supervisor = start(launcher, options))
            status = supervisor.Run();
        if (status.BySignal)
            HostProcess.EndBySignal(status.Number);
        return status.Number;
    }

    private static string? OpenFolder(Action<SupervisorEvent> report)
    {
        try
        {
            return RuntimeFolder.Open();
        }
        catch (Exception e) when (e is PopcornException or IOException or UnauthorizedAccessException)
        {
            report(new SupervisorEvent.Unreachable(e.Message));
            return null;
        }
    }
}

using Popcorn.Linux;
using Popcorn.Node.Moves;

namespace Popcorn.Node.Agents;

/// <summary>How a program is supervised.</summary>
/// <param name="Command">The program's argv.</param>
/// <param name="Signals">What was sent to us and is to be passed on; null in tests, where the test runner owns
/// signals.</param>
/// <param name="RuntimeFolder">Folder of the socket; null to have none.</param>
public sealed record SupervisorOptions(
    IReadOnlyList<string> Command,
    MoveSchedule Schedule,
    MoveLimits Limits,
    SignalReceiver? Signals,
    string? RuntimeFolder,
    Action<SupervisorEvent> Report);

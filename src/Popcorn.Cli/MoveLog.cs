using System.Buffers;
using System.Text.Json;
using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Node.Agents;

namespace Popcorn.Cli;

/// <summary>
/// The file of <c>popcorn run --log</c>: one JSON object a line for each start, move and failed move. Any number of
/// supervisors add to one file.
/// </summary>
internal sealed class MoveLog(string path, string program)
{
    /// <exception cref="LinuxCallException">The file cannot be written.</exception>
    public void Add(SupervisorEvent happened)
    {
        ArrayBufferWriter<byte> line = new();
        using (Utf8JsonWriter json = new(line))
        {
            json.WriteStartObject();
            json.WriteString("program", program);
            json.WriteNumber("supervisor", Environment.ProcessId);
            Write(json, happened);
            json.WriteEndObject();
        }
        line.Write("\n"u8);
        AppendedFile.Append(path, line.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, SupervisorEvent happened)
    {
        switch (happened)
        {
            case SupervisorEvent.Started started:
                json.WriteString("event", "started");
                json.WriteString("isa", started.Host.Isa.Name());
                break;
            case SupervisorEvent.Moved moved:
                json.WriteString("event", "moved");
                json.WriteString("source", moved.Report.Source);
                json.WriteString("target", moved.Report.Target);
                json.WriteNumber("frames", moved.Report.Frames);
                json.WriteNumber("memoryBytes", moved.Report.MemoryBytes);
                json.WriteNumber("downtimeMs", moved.Report.DowntimeMs);
                break;
            case SupervisorEvent.MoveFailed failed:
                json.WriteString("event", "stayed");
                json.WriteString("target", failed.Target.Name());
                json.WriteString("reason", failed.Reason);
                break;
            case SupervisorEvent.Unreachable unreachable:
                json.WriteString("event", "unreachable");
                json.WriteString("reason", unreachable.Reason);
                break;
        }
    }
}

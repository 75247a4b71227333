using System.Text.Json;
using System.Text.Json.Serialization;

namespace Popcorn.Wire.Agent;

/// <summary>
/// What <c>popcorn ps</c>, <c>migrate</c>, <c>checkpoint</c> and <c>inspect</c> say to the supervisor of a process: one
/// JSON object a line, one request and one reply a connection.
/// </summary>
public static class AgentProtocol
{
    public const int Version = 1;

    /// <summary>A request names a path at most; anything longer is no client of ours.</summary>
    public const int RequestBytesMax = 64 * 1024;

    /// <summary>A reply to inspect may hold a deep stack.</summary>
    public const int ReplyBytesMax = 64 * 1024 * 1024;

    public static byte[] Encode(AgentRequest request) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(request, AgentJson.Default.AgentRequest), (byte)'\n'];

    public static byte[] Encode(AgentReply reply) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(reply, AgentJson.Default.AgentReply), (byte)'\n'];

    public static AgentRequest ReadRequest(ReadOnlySpan<byte> line) =>
        Read(line, static l => JsonSerializer.Deserialize(l, AgentJson.Default.AgentRequest), "request");

    public static AgentReply ReadReply(ReadOnlySpan<byte> line) =>
        Read(line, static l => JsonSerializer.Deserialize(l, AgentJson.Default.AgentReply), "reply");

    private static T Read<T>(ReadOnlySpan<byte> line, Func<ReadOnlySpan<byte>, T?> parse, string what)
        where T : class
    {
        try
        {
            return parse(line) ?? throw new Core.BadInputException($"{what} of the agent protocol", 0, "it is empty");
        }
        catch (JsonException e)
        {
            throw new Core.BadInputException($"{what} of the agent protocol: {e.Message}", e);
        }
    }
}

/// <summary>Every type that goes over the agent socket or is printed by <c>--json</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AgentRequest))]
[JsonSerializable(typeof(AgentReply))]
[JsonSerializable(typeof(IReadOnlyList<ProcessStatus>))]
[JsonSerializable(typeof(MoveReport))]
[JsonSerializable(typeof(CheckpointReport))]
[JsonSerializable(typeof(IReadOnlyList<ThreadListing>))]
[JsonSerializable(typeof(ImageListing))]
[JsonSerializable(typeof(IReadOnlyList<MachineFinding>))]
public sealed partial class AgentJson : JsonSerializerContext;

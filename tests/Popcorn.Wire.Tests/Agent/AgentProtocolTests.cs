using System.Text;
using Popcorn.Core;
using Popcorn.Wire.Agent;

namespace Popcorn.Wire.Tests.Agent;

public class AgentProtocolTests
{
    [Fact]
    public void Request_IsReadAsItWasWritten_AndIsOneLine()
    {
        AgentRequest request = new(AgentProtocol.Version, AgentCommand.Checkpoint, Path: "/tmp/a\nb", Stop: true);

        byte[] line = AgentProtocol.Encode(request);

        Assert.Equal(1, line.Count(b => b == '\n'));
        Assert.Equal((byte)'\n', line[^1]);
        Assert.Equal(request, AgentProtocol.ReadRequest(line));
    }

    [Fact]
    public void Reply_IsReadAsItWasWritten()
    {
        MoveReport move = new(
            1, "x86_64", "aarch64", true, false, [], 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);

        AgentReply read = AgentProtocol.ReadReply(AgentProtocol.Encode(new AgentReply(Move: move)));

        Assert.Equal(move, read.Move! with { Obstacles = move.Obstacles });
        Assert.Null(read.Error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"version\":1,\"command\":\"Dance\"}")]
    [InlineData("{\"version\":\"one\"}")]
    public void Garbage_IsRefused(string line) =>
        Assert.Throws<BadInputException>(() => AgentProtocol.ReadRequest(Encoding.UTF8.GetBytes(line)));
}

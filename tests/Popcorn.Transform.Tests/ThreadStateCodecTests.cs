using Popcorn.Core;
using Popcorn.Samples;

namespace Popcorn.Transform.Tests;

public class ThreadStateCodecTests(SampleBuild build)
{
    [Theory]
    [InlineData(0)]
    [InlineData(300)]
    public void EncodedState_IsDecodedBack(int depth)
    {
        ParkedSample parked = ParkedSample.Run(build, Isa.AArch64, depth);
        ThreadState state = parked.Read();
        state.SystemCallArguments[5] = 7;
        FieldWriter writer = new();

        ThreadStateCodec.Encode(state, parked.Map, writer);
        ThreadState decoded = new();
        FieldReader reader = new(writer.Written, "state");
        ThreadStateCodec.Decode(ref reader, parked.Map, decoded);

        Assert.Equal(0, reader.Remaining);
        Assert.Equal(state.Kind, decoded.Kind);
        Assert.Equal(state.SystemCallArguments, decoded.SystemCallArguments);
        Assert.Equal(state.Frames.ToArray(), decoded.Frames.ToArray());
        Assert.Equal(state.Values.ToArray(), decoded.Values.ToArray());
    }

    [Fact]
    public void FrameThatTheMapDoesNotHave_IsRefused()
    {
        ParkedSample parked = ParkedSample.Run(build, Isa.X86_64, 0);
        FieldWriter writer = new();
        writer.Bytes([1, 0, 0]);
        writer.Bytes(new byte[48]);
        writer.Bytes([1, 99, 0]);

        BadInputException refusal = Assert.Throws<BadInputException>(() =>
        {
            FieldReader reader = new(writer.Written, "image");
            ThreadStateCodec.Decode(ref reader, parked.Map, new ThreadState());
        });

        Assert.Equal("image(+0x34): function 99, site 0 is not in the state map sample.statemap", refusal.Message);
    }

    [Fact]
    public void TruncatedOrCorruptState_IsRefusedOrRead_NeverWorse()
    {
        ParkedSample parked = ParkedSample.Run(build, Isa.RiscV64, 3);
        FieldWriter writer = new();
        ThreadStateCodec.Encode(parked.Read(), parked.Map, writer);

        Corruption.Try(writer.Written.ToArray(), bytes =>
        {
            FieldReader reader = new(bytes, "corrupt");
            ThreadStateCodec.Decode(ref reader, parked.Map, new ThreadState());
        });
    }
}

using Popcorn.Core;
using Popcorn.Samples;
using Popcorn.StateMap;

namespace Popcorn.Transform.Tests;

public class FrameDescriberTests(SampleBuild build)
{
    [Fact]
    public void Frames_AreDescribedWithLinesValuesAndLocations()
    {
        ParkedSample parked = ParkedSample.Run(build, Isa.X86_64, 1);
        ThreadState state = new();
        List<ulong> pcs = [];
        ThreadContext context = parked.Context();
        StackReader.Read(parked.Executable, context, new StackMemory(context.StackPointer, parked.Stack), state, pcs);

        IReadOnlyList<FrameDescription> frames =
            FrameDescriber.Describe(state, parked.Map, [Isa.X86_64, Isa.RiscV64], pcs);

        Assert.Equal(state.Frames.Length, frames.Count);
        FrameDescription innermost = frames[0];
        Assert.Equal(
            (0, context.Pc, SampleProgram.Recursion, "__pop_park", "sample.c", 11),
            (innermost.Number, innermost.Pc, innermost.Function, innermost.Callee, innermost.File, innermost.Line));
        ulong x = (ulong)SampleProgram.Standard.Expect(1)[0].Values[0];
        ValueDescription first = innermost.Values[0];
        Assert.Equal(("v0", "i64", ((long)x).ToString()), (first.Name, first.Type, first.Text));
        Assert.All(innermost.Values, value => Assert.Equal(2, value.Locations.Count));
        FrameDescription constants = frames.Single(frame => frame.Function == "constants");
        Assert.Equal(
            ["7", "-5", "-1", "81985529216486895", "1.5", "2.5"], constants.Values.Take(6).Select(value => value.Text));
        Assert.Equal("constant 7", constants.Values[0].Locations[0]);
        FrameDescription plain = frames[^1];
        Assert.Equal("plain", plain.Function);
        Assert.True(plain.Values[4].Text is "true" or "false");
    }

    [Fact]
    public void SavedValues_AreShownAtOnePlaceOnEveryIsa()
    {
        StateMapModel model = new()
        {
            BuildId = default,
            Functions =
            [
                new FunctionModel("f", 0x401000, 0x40, new Dictionary<Isa, uint>(),
                [
                    new SiteModel(SiteKind.Point, [], new SiteDetail("__pop_park", "a.c", 7, [])
                    {
                        Saved =
                        [
                            new SavedValue("i", new LiveValueType(ValueKind.I32), 4),
                            new SavedValue("", new LiveValueType(ValueKind.F64), 8),
                            new SavedValue("wide", null, 12),
                        ],
                    }),
                ]),
            ],
            ReturnPoints = new Dictionary<Isa, IReadOnlyList<ReturnPoint>>(),
        };
        ThreadState state = new();
        state.AddFrame(0, 0, 0);
        byte[] saved = new byte[32];
        for (int i = 0; i < 12; i++)
            saved[i] = (byte)(i + 1);
        BitConverter.TryWriteBytes(saved.AsSpan(16), 1.5);
        BitConverter.TryWriteBytes(saved.AsSpan(24), 0xffff_ffff_ffffL - 41);

        FrameDescription frame = Assert.Single(FrameDescriber.Describe(
            state, StateMapReader.Open(StateMapWriter.Write(model), "map"), [Isa.X86_64, Isa.AArch64], saved: saved));

        Assert.Equal(
            [
                "i i32 -42 [dsp-0x8] [dsp-0x8]",
                "%1 f64 1.5 [dsp-0x10] [dsp-0x10]",
                "wide bytes12 0x0c0b0a090807060504030201 [dsp-0x20] [dsp-0x20]",
            ],
            frame.Values.Select(v => $"{v.Name} {v.Type} {v.Text} {string.Join(' ', v.Locations)}"));
    }

    [Fact]
    public void DeepStack_IsDescribedToTheAskedDepth()
    {
        ParkedSample parked = ParkedSample.Run(build, Isa.AArch64, 1000);

        Assert.Equal(10, FrameDescriber.Describe(parked.Read(), parked.Map, [Isa.AArch64], framesMax: 10).Count);
    }
}

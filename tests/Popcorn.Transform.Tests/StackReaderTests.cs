using Popcorn.Core;
using Popcorn.Samples;
using Popcorn.StateMap;

namespace Popcorn.Transform.Tests;

public class StackReaderTests(SampleBuild build)
{
    private static readonly byte[] s_buildId = [1, 2, 3, 4];

    private readonly StateMapReader _map = OpenMap(build);

    [Theory]
    [InlineData(Isa.X86_64)]
    [InlineData(Isa.AArch64)]
    [InlineData(Isa.RiscV64)]
    public void ParkedProgram_IsReadFrameByFrameWithEveryValue(Isa isa)
    {
        ThreadState state = Read(isa, depth: 3);

        List<(string Function, int Site, UInt128[] Values)> expected = SampleProgram.Standard.Expect(3);
        Assert.Equal(expected.Count, state.Frames.Length);
        for (int i = 0; i < expected.Count; i++)
        {
            FrameState frame = state.Frames[i];
            Assert.Equal(expected[i].Function, _map.NameOf(frame.FunctionIndex));
            Assert.Equal(expected[i].Site, frame.SiteIndex);
            Assert.Equal(expected[i].Values, state.ValuesOf(frame).ToArray());
        }
    }

    private static StateMapReader OpenMap(SampleBuild build)
    {
        DiagnosticSink sink = new();
        byte[]? map = StateMapBuilder.Build(build.Executables, s_buildId, sink);
        Assert.Empty(sink.All);
        return StateMapReader.Open(map!, "sample.statemap");
    }

    private ThreadState Read(Isa isa, long depth)
    {
        (byte[] slot, byte[] stack) = SampleProgram.Run(isa, build.PathOf(isa), depth);
        IsaExecutable executable = IsaExecutable.Load(build.Executables[isa], _map);
        ThreadContext context = ThreadContext.FromSlot(slot, isa, "slot");
        ThreadState state = new();
        StackReader.Read(executable, context, new StackMemory(context.StackPointer, stack), state);
        return state;
    }
}

using Popcorn.Architecture;
using Popcorn.Core;
using Popcorn.Samples;

namespace Popcorn.Transform.Tests;

public class StackReaderTests(SampleBuild build)
{
    [Theory]
    [InlineData(Isa.X86_64, 0)]
    [InlineData(Isa.AArch64, 0)]
    [InlineData(Isa.RiscV64, 0)]
    [InlineData(Isa.X86_64, 3)]
    [InlineData(Isa.AArch64, 3)]
    [InlineData(Isa.RiscV64, 3)]
    public void ParkedProgram_IsReadFrameByFrameWithEveryValue(Isa isa, int depth)
    {
        ParkedSample parked = ParkedSample.Run(build, isa, depth);

        ThreadState state = parked.Read();

        Assert.Equal(ParkKind.Point, state.Kind);
        AssertIsExpected(parked, state, SampleProgram.Standard.Expect(depth));
    }

    [Fact]
    public void SameProgram_HasTheSameStateOnEveryIsa()
    {
        List<byte[]> encoded = [];
        foreach (Isa isa in IsaNames.All)
        {
            ParkedSample parked = ParkedSample.Run(build, isa, 5);
            FieldWriter writer = new();
            ThreadStateCodec.Encode(parked.Read(), parked.Map, writer);
            encoded.Add(writer.Written.ToArray());
        }

        Assert.Equal(encoded[0], encoded[1]);
        Assert.Equal(encoded[0], encoded[2]);
    }

    [Theory]
    [InlineData(Isa.X86_64)]
    [InlineData(Isa.AArch64)]
    [InlineData(Isa.RiscV64)]
    public void DeepRecursion_IsReadWhole(Isa isa)
    {
        const int Depth = 100_000;
        ParkedSample parked = ParkedSample.Run(build, isa, Depth);

        ThreadState state = parked.Read();

        AssertIsExpected(parked, state, SampleProgram.Standard.Expect(Depth));
    }

    [Fact]
    public void StackDeeperThanTheLimit_IsRefused()
    {
        ParkedSample parked = ParkedSample.Run(build, Isa.X86_64, ThreadState.FramesMax + 1);

        BadInputException refusal = Assert.Throws<BadInputException>(parked.Read);

        Assert.Contains($"frame {ThreadState.FramesMax}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("deeper than 1000000 frames", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UnknownPc_IsRefusedWithFrameNumberAndSymbol()
    {
        ParkedSample parked = ParkedSample.Run(build, Isa.X86_64, 0);
        ulong framed = parked.AddressOf("framed");
        BitConverter.TryWriteBytes(parked.Slot.AsSpan(16), framed + 1);

        BadInputException refusal = Assert.Throws<BadInputException>(parked.Read);

        Assert.EndsWith(
            $"frame 0, pc 0x{framed + 1:x} (framed+0x1): is the return address of no site", refusal.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Isa.X86_64)]
    [InlineData(Isa.AArch64)]
    [InlineData(Isa.RiscV64)]
    public void CyclicStack_IsRefused(Isa isa)
    {
        ParkedSample parked = ParkedSample.Run(build, isa, 0);
        ThreadContext context = parked.Context();
        RegisterFile registers = parked.Executable.Profile.Registers;
        PutIntoFramedFunction(parked);
        // A frame pointer below the stack pointer: the frame would end where it began, or earlier.
        BitConverter.TryWriteBytes(
            parked.Slot.AsSpan(128 + (8 * registers.FramePointer)), context.StackPointer - 64);

        BadInputException refusal = Assert.Throws<BadInputException>(parked.Read);

        Assert.Contains("frame 0, pc 0x", refusal.Message, StringComparison.Ordinal);
        Assert.True(
            refusal.Message.Contains("which is not between its stack pointer", StringComparison.Ordinal)
            || refusal.Message.Contains("outside the stack", StringComparison.Ordinal),
            refusal.Message);
    }

    [Fact]
    public void ThreadParkedInSystemCallAtAPoint_IsRefused()
    {
        ParkedSample parked = ParkedSample.Run(build, Isa.X86_64, 0);
        parked.Slot[4] = 3;

        BadInputException refusal = Assert.Throws<BadInputException>(parked.Read);

        Assert.Contains(
            "site is a Point, but the thread is parked in a SystemCall", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public void ThreadThatHasNotParked_IsRefused(byte threadState)
    {
        byte[] slot = new byte[ThreadContext.SlotBytes];
        slot[4] = threadState;

        BadInputException refusal =
            Assert.Throws<BadInputException>(() => ThreadContext.FromSlot(slot, Isa.AArch64, "slot 0"));

        Assert.Contains($"is not parked (state {threadState})", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Isa.X86_64)]
    [InlineData(Isa.AArch64)]
    [InlineData(Isa.RiscV64)]
    public void TruncatedOrCorruptStack_IsRefusedOrRead_NeverWorse(Isa isa)
    {
        ParkedSample parked = ParkedSample.Run(build, isa, 2);
        byte[] sample = [.. parked.Slot, .. parked.Stack];

        Corruption.Try(sample, bytes =>
        {
            ThreadContext context =
                ThreadContext.FromSlot(bytes.AsSpan(0, Math.Min(bytes.Length, ThreadContext.SlotBytes)), isa, "slot");
            ReadOnlySpan<byte> stack = bytes.AsSpan(Math.Min(bytes.Length, ThreadContext.SlotBytes));
            StackReader.Read(
                parked.Executable, context, new StackMemory(context.StackPointer, stack), new ThreadState());
        });
    }

    [Fact]
    public void WarmRead_AllocatesNothing()
    {
        ParkedSample parked = ParkedSample.Run(build, Isa.X86_64, 14);
        ThreadContext context = parked.Context();
        ThreadState state = new();
        StackReader.Read(parked.Executable, context, new StackMemory(context.StackPointer, parked.Stack), state);
        byte[] records = new byte[RecordBuilder.SizeBytes(state)];

        long before = GC.GetAllocatedBytesForCurrentThread();
        StackReader.Read(parked.Executable, context, new StackMemory(context.StackPointer, parked.Stack), state);
        RecordBuilder.Build(state, parked.Executable, 0x8_0000_0000, records);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(0, allocated);
    }

    private static void AssertIsExpected(
        ParkedSample parked, ThreadState state, List<(string Function, int Site, UInt128[] Values)> expected)
    {
        Assert.Equal(expected.Count, state.Frames.Length);
        for (int i = 0; i < expected.Count; i++)
        {
            FrameState frame = state.Frames[i];
            Assert.Equal(expected[i].Function, parked.Map.NameOf(frame.FunctionIndex));
            Assert.Equal(expected[i].Site, frame.SiteIndex);
            Assert.Equal(expected[i].Values, state.ValuesOf(frame).ToArray());
        }
    }

    private static void PutIntoFramedFunction(ParkedSample parked)
    {
        Assert.True(parked.Map.TryFindFunction(parked.AddressOf("framed"), out StateMap.StateMapFunction framed));
        ulong returnAddress = parked.Map.ReturnPointsOf(parked.Executable.Isa, framed.Index, 0)[0].Address;
        // A frame-pointer frame as the innermost one: only its site kind stops it from being a parked frame.
        BitConverter.TryWriteBytes(parked.Slot.AsSpan(16), returnAddress);
        parked.Slot[4] = 3;
    }
}

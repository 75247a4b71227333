using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;
using Popcorn.Samples;
using Popcorn.StateMap;

namespace Popcorn.Transform.Tests;

/// <summary>The standard sample, parked at a depth on one ISA: what the node agent would hold in its hands.</summary>
internal sealed class ParkedSample
{
    private ParkedSample(IsaExecutable executable, byte[] slot, byte[] stack)
    {
        Executable = executable;
        Slot = slot;
        Stack = stack;
    }

    internal IsaExecutable Executable { get; }

    internal byte[] Slot { get; }

    internal byte[] Stack { get; }

    internal StateMapReader Map => Executable.Map;

    internal static StateMapReader OpenMap(SampleBuild build)
    {
        DiagnosticSink sink = new();
        byte[]? map = StateMapBuilder.Build(build.Executables, new byte[] { 1, 2, 3, 4 }, sink);
        Assert.Empty(sink.All);
        return StateMapReader.Open(map, "sample.statemap");
    }

    internal static ParkedSample Run(SampleBuild build, Isa isa, long depth)
    {
        (byte[] slot, byte[] stack) = SampleProgram.Run(isa, build.PathOf(isa), depth);
        return new ParkedSample(IsaExecutable.Load(build.Executables[isa], OpenMap(build)), slot, stack);
    }

    internal ThreadContext Context() => ThreadContext.FromSlot(Slot, Executable.Isa, "slot");

    internal ThreadState Read()
    {
        ThreadState state = new();
        ThreadContext context = Context();
        StackReader.Read(Executable, context, new StackMemory(context.StackPointer, Stack), state);
        return state;
    }

    internal ulong AddressOf(string symbol)
    {
        Assert.True(Executable.Elf.Symbols.TryFind(symbol, out ElfSymbol found));
        return found.Value;
    }
}

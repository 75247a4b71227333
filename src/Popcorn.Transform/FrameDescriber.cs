using Popcorn.Core;
using Popcorn.StateMap;

namespace Popcorn.Transform;

/// <summary>Turns a thread state into words, with each value's location on the ISAs asked for.</summary>
public static class FrameDescriber
{
    public static IReadOnlyList<FrameDescription> Describe(
        ThreadState state, StateMapReader map, IReadOnlyList<Isa> isas, int framesMax = int.MaxValue) =>
        throw new NotImplementedException();
}

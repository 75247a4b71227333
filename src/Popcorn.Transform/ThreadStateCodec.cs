using Popcorn.Core;
using Popcorn.StateMap;

namespace Popcorn.Transform;

/// <summary>Thread states as bytes, for checkpoints (docs/formats/statemap.md, "Thread state").</summary>
public static class ThreadStateCodec
{
    public static void Encode(ThreadState state, FieldWriter writer) => throw new NotImplementedException();

    /// <summary>Reads a state and checks every frame against the state map it will be resumed with.</summary>
    public static void Decode(ref FieldReader reader, StateMapReader map, ThreadState into) =>
        throw new NotImplementedException();
}

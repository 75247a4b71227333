using System.Runtime.InteropServices;

namespace Popcorn.Transform;

/// <summary>
/// The whole CPU state of a parked thread, the same on every ISA: frames, innermost first, with their live values, and
/// what the thread was waiting in. Buffers are kept by <see cref="Clear"/>, so one object serves many threads.
/// </summary>
public sealed class ThreadState
{
    /// <summary>Past this many frames a stack is taken to be broken. 1 GiB of native stack at 1 KiB each.</summary>
    public const int FramesMax = 1_000_000;

    public const int SystemCallArgumentCount = 6;

    private readonly List<FrameState> _frames = [];
    private readonly List<UInt128> _values = [];

    public ParkKind Kind { get; set; }

    public ulong SystemCallNumber { get; set; }

    public ulong[] SystemCallArguments { get; } = new ulong[SystemCallArgumentCount];

    /// <summary>Innermost first.</summary>
    public ReadOnlySpan<FrameState> Frames => CollectionsMarshal.AsSpan(_frames);

    /// <summary>All frames' values, zero-extended to 16 bytes.</summary>
    public ReadOnlySpan<UInt128> Values => CollectionsMarshal.AsSpan(_values);

    public ReadOnlySpan<UInt128> ValuesOf(in FrameState frame) => Values.Slice(frame.FirstValue, frame.ValueCount);

    public void Clear()
    {
        _frames.Clear();
        _values.Clear();
        Kind = ParkKind.Point;
        SystemCallNumber = 0;
        Array.Clear(SystemCallArguments);
    }

    /// <summary>Adds the next outer frame; its values follow by <see cref="AddValue"/>.</summary>
    public void AddFrame(int functionIndex, int siteIndex, int valueCount) =>
        _frames.Add(new FrameState(functionIndex, siteIndex, _values.Count, valueCount));

    public void AddValue(UInt128 value) => _values.Add(value);
}

using Popcorn.Core;

namespace Popcorn.Wire.Image;

/// <summary>One side of a pseudo terminal of which both sides are in the image.</summary>
/// <param name="Pair">Both sides of one terminal have the same number.</param>
/// <param name="Modes">struct termios as TCGETS gives it; empty on the master's side.</param>
/// <param name="WindowSize">struct winsize.</param>
public sealed record TerminalObject(
    int Pair, bool IsMaster, ReadOnlyMemory<byte> Modes, ReadOnlyMemory<byte> WindowSize) : ImageObject
{
    public override ImageObjectKind Kind => ImageObjectKind.Terminal;

    private protected override void WriteFields(FieldWriter writer)
    {
        writer.I32(Pair);
        ImageList.WriteFlag(writer, IsMaster);
        ImageList.WriteBytes(writer, Modes.Span);
        ImageList.WriteBytes(writer, WindowSize.Span);
    }

    internal static TerminalObject Read(ref FieldReader reader) => new(
        reader.I32(), ImageList.ReadFlag(ref reader), ImageList.ReadBytes(ref reader), ImageList.ReadBytes(ref reader));
}

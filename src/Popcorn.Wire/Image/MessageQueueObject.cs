using Popcorn.Core;

namespace Popcorn.Wire.Image;

/// <summary>A POSIX message queue. Its messages are not in the image: the kernel keeps those of a queue with a
/// name.</summary>
/// <param name="HasName">It had not been removed.</param>
/// <param name="Waiting">Messages in it.</param>
public sealed record MessageQueueObject(
    string Name, bool HasName, uint Mode, long MessagesMax, long MessageBytesMax, long Waiting) : ImageObject
{
    public override ImageObjectKind Kind => ImageObjectKind.MessageQueue;

    internal static MessageQueueObject Read(ref FieldReader reader) => new(
        reader.Text(), ImageList.ReadFlag(ref reader), reader.U32(), reader.I64(), reader.I64(), reader.I64());

    private protected override void WriteFields(FieldWriter writer)
    {
        writer.Text(Name);
        ImageList.WriteFlag(writer, HasName);
        writer.U32(Mode);
        writer.I64(MessagesMax);
        writer.I64(MessageBytesMax);
        writer.I64(Waiting);
    }
}

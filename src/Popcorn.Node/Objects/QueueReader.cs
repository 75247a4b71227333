using Popcorn.Linux;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Objects;

/// <summary>
/// POSIX message queues. The kernel keeps one as long as it has a name, so whoever is restored finds it with its
/// messages. Messages cannot be read without taking them out, so those of a queue without a name are not saved.
/// </summary>
internal static class QueueReader
{
    private const string DeletedSuffix = " (deleted)";

    public static bool IsQueue(OpenDescription description) =>
        MessageQueues.Is(description.Process.Pid, description.Facts.Number, description.Facts.Target);

    public static MessageQueueObject Read(OpenDescription description)
    {
        FileStatus status = KernelFile.Status(description.File);
        QueueStatus queue = MessageQueues.Status(description.File);
        bool hasName = status.Links > 0;
        if (!hasName && queue.Waiting > 0)
        {
            throw new UnsavableException(
                $"is a message queue that has been removed, with {queue.Waiting} messages in it, which cannot be " +
                "read without taking them out");
        }
        string target = description.Facts.Target;
        string name = hasName || !target.EndsWith(DeletedSuffix, StringComparison.Ordinal)
            ? target
            : target[..^DeletedSuffix.Length];
        return new MessageQueueObject(
            name, hasName, status.Mode & 0xfff, queue.MessagesMax, queue.MessageBytesMax, queue.Waiting);
    }
}

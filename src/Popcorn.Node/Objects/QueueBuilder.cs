using Microsoft.Win32.SafeHandles;
using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Objects;

/// <summary>Finds the message queues of an image again, or makes them anew.</summary>
internal static class QueueBuilder
{
    private const int ReadWrite = 2;

    /// <summary>A queue with a name, which may be there still, and others may use.</summary>
    /// <param name="flags">As this host's kernel spells them.</param>
    public static SafeFileHandle Open(MessageQueueObject saved, int flags)
    {
        if (MessageQueues.TryOpen(saved.Name, flags) is not SafeFileHandle file)
        {
            return saved.Waiting == 0
                ? MessageQueues.Create(saved.Name, flags, saved.Mode, SizeOf(saved))
                : throw new BadInputException(
                    $"message queue '{saved.Name}' is not there any more, nor are the {saved.Waiting} messages that " +
                    "were in it");
        }
        QueueStatus now = MessageQueues.Status(file);
        if ((now.MessagesMax, now.MessageBytesMax) == (saved.MessagesMax, saved.MessageBytesMax))
            return file;
        file.Dispose();
        throw new BadInputException(
            $"message queue '{saved.Name}' is another one now, for {now.MessagesMax} messages of " +
            $"{now.MessageBytesMax} bytes and not {saved.MessagesMax} of {saved.MessageBytesMax}");
    }

    /// <summary>One that had no name any more, and no messages.</summary>
    public static SafeFileHandle CreateNameless(MessageQueueObject saved)
    {
        string name = $"/popcorn-{Guid.NewGuid():N}";
        SafeFileHandle file = MessageQueues.Create(name, ReadWrite, saved.Mode, SizeOf(saved));
        MessageQueues.Unlink(name);
        return file;
    }

    private static QueueStatus SizeOf(MessageQueueObject saved) =>
        new(saved.MessagesMax, saved.MessageBytesMax, Waiting: 0);
}

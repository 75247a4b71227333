using System.Globalization;
using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Node.Agents;
using Popcorn.Node.Objects;
using Popcorn.Node.Programs;
using Popcorn.Wire.Agent;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Checkpoints;

/// <summary>Puts an image into words.</summary>
public static class ImageDescriber
{
    public static ImageListing Describe(ImageFile image)
    {
        ArgumentNullException.ThrowIfNull(image);
        IReadOnlyList<ProgramFiles> programs = image.FindPrograms();
        return new ImageListing(
            image.Path,
            image.Identity.ToString(),
            image.Parent?.Path,
            DateTimeOffset.FromUnixTimeMilliseconds(image.Unit.TakenAtUnixMs)
                .ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture),
            image.Unit.User,
            image.Unit.Machine,
            image.IsEncrypted,
            image.IsCompressed,
            image.FileBytes,
            image.MemoryBytes,
            image.KeptBytes,
            [.. image.Descriptions.Select(d => Describe(image, d))],
            [.. image.Processes.Select((p, i) => Describe(image, i, p, programs[p.Program]))],
            [.. image.Zombies.Select(z => new ImageZombieListing(
                z.Kinship.Pid, z.Kinship.Parent, ExitStatus.OfWait(z.WaitStatus).ToString()))])
        {
            Segments = [.. image.Objects.OfType<SegmentObject>().Select(s =>
                $"{s.Id}, System V shared memory of {s.Bytes} bytes, {(s.Key == 0 ? "no key" : $"key 0x{s.Key:x8}")}" +
                $"{(s.IsRemoved ? ", removed" : "")}")],
        };
    }

    private static ImageProcessListing Describe(
        ImageFile image, int index, ImageProcess process, ProgramFiles program) => new(
        process.Kinship.Pid,
        process.Kinship.Parent,
        program.Path,
        process.Arguments,
        Convert.ToHexStringLower(image.Unit.Programs[process.Program].BuildId.Span),
        process.Isa.Name(),
        process.WorkingDirectory,
        process.Descriptors.ToDictionary(d => d.Number, d => d.Description),
        [.. image.ReadThreads(process, program.Map).Select(t => ProcessInspector.Describe(
            program, process.Kinship.Pid, t,
            SavedValueReader.Read(t, program.Map, (from, buffer) => image.ReadMemory(index, from, buffer))))]);

    private static string Describe(ImageFile image, ImageDescription description)
    {
        string text = image.Objects[description.ObjectIndex] switch
        {
            FileObject file => $"{file.Path}, offset {description.Position} of {file.Bytes}",
            InheritedObject inherited => $"taken from the restorer (was {inherited.Path})",
            DeletedFileObject deleted =>
                $"{deleted.Path} (deleted), offset {description.Position} of {deleted.Bytes}, contents in the image",
            PipeObject pipe => $"{(pipe.Path.Length == 0 ? "pipe" : $"FIFO {pipe.Path}")} {description.ObjectIndex}, " +
                $"{(description.CanWrite ? "writing" : "reading")} end, {pipe.Messages.Sum(m => (long)m)} bytes in it",
            EventCounterObject counter => $"event {(counter.IsSemaphore ? "semaphore" : "counter")} at {counter.Count}",
            TimerObject timer => timer.RemainingNs == 0
                ? $"timer, disarmed, {timer.Ticks} expirations unread"
                : $"timer, due in {timer.RemainingNs / 1e9:0.###} s, {timer.Ticks} expirations unread",
            SignalQueueObject queue => $"signal descriptor for mask 0x{queue.Mask:x}",
            PollSetObject set => $"epoll set of {set.Entries.Count}",
            FileWatchObject watch => $"inotify, {string.Join(", ", watch.Watches.Select(w => w.Path))}",
            MemoryFileObject memory => $"memory file '{memory.Name}' of {memory.Bytes} bytes, seals 0x{memory.Seals:x}",
            SocketObject socket => Describe(socket, description),
            ConnectionObject connection => Describe(connection, description),
            MessageQueueObject queue => $"message queue '{queue.Name}'{(queue.HasName ? "" : " (removed)")}, " +
                $"{queue.Waiting} of {queue.MessagesMax} messages in it",
            TerminalObject terminal =>
                $"{(terminal.IsMaster ? "master" : "slave")} of pseudo terminal {terminal.Pair}",
            ImageObject other => other.Kind.ToString(),
        };
        return description.Locks.Count == 0 ? text : $"{text}, locked";
    }

    private static string Describe(ConnectionObject connection, ImageDescription description)
    {
        string what = $"TCP connection {description.ObjectIndex}, " +
            $"{SocketConstants.Describe(connection.Local.Span)} to {SocketConstants.Describe(connection.Peer.Span)}";
        if (connection.Unread is QueuedBytes unread)
        {
            return $"TCP connection {description.ObjectIndex}, " +
                $"{(connection.Fate == ConnectionFate.Reset ? "reset" : "over")}, {unread.Bytes} bytes to read";
        }
        if (connection.State is not TcpState state)
            return $"{what}, with which the program went on";
        string end = connection.Shutdown switch
        {
            1 => ", ended by the other side",
            2 => ", ended by this side",
            3 => ", ended by both sides",
            _ => "",
        };
        string peer = connection.PeerObject < 0 ? "" : $", which is {connection.PeerObject}";
        return $"{what}{peer}{end}, {state.Received.Bytes} bytes to read, {state.Sent.Bytes} unconfirmed";
    }

    private static string Describe(SocketObject socket, ImageDescription description)
    {
        string kind = socket.Domain == SocketConstants.AfUnix ? "unix socket"
            : socket.Protocol == SocketConstants.ProtocolUdp ? "UDP socket" : "TCP socket";
        string local = SocketConstants.Describe(socket.Local.Span);
        return socket.State switch
        {
            SocketState.Listening => $"{kind} {description.ObjectIndex}, listening on {local}",
            SocketState.Connected when socket.Domain == SocketConstants.AfUnix =>
                $"{kind} {description.ObjectIndex}, connected to {socket.PeerObject}, " +
                $"{socket.Messages.Sum(m => (long)m)} bytes to read",
            SocketState.Connected => $"{kind}, {local} to {SocketConstants.Describe(socket.Peer.Span)}",
            SocketState.Orphaned =>
                $"{kind}, its other end closed, {socket.Messages.Sum(m => (long)m)} bytes to read",
            _ => $"{kind}, {local}",
        };
    }
}

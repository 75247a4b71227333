using Microsoft.Win32.SafeHandles;
using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Wire.Restore;

namespace Popcorn.Node.Moves;

/// <summary>Fills a buffer with program memory from an address on.</summary>
public delegate void MemorySource(ulong address, Span<byte> buffer);

/// <summary>
/// Sends a restore script: collects frames, and sends each run of memory with its frame from one native buffer, into
/// which the source reads it directly. The target works on one piece while the next is read.
/// </summary>
public sealed class ScriptSender(DescriptorSocket socket) : IDisposable
{
    /// <summary>Fits the second-level cache, so that the copy into the socket reads what was just written.</summary>
    private const int PieceBytes = 256 << 10;

    private readonly PageMapping _buffer = PageMapping.Anonymous(PieceBytes + RestoreScriptWriter.FillFrameBytes);
    private FieldWriter _frames = new();

    /// <summary>Frames to write; they go out with the next memory, descriptor or <see cref="Flush"/>.</summary>
    public FieldWriter Frames => _frames;

    public void Flush()
    {
        if (_frames.Length == 0)
            return;
        socket.Send(_frames.Written);
        _frames = new FieldWriter();
    }

    public void SendMemory(PageRange range, MemorySource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        Flush();
        for (ulong address = range.Start; address < range.End;)
        {
            int bytes = (int)Math.Min(PieceBytes, range.End - address);
            FieldWriter frame = new();
            RestoreScriptWriter.Fill(frame, address, (ulong)bytes);
            frame.Written.CopyTo(_buffer.Span);
            source(address, _buffer.Span.Slice(frame.Length, bytes));
            socket.Send(_buffer.Span[..(frame.Length + bytes)]);
            address += (ulong)bytes;
        }
    }

    public void SendDescriptor(SafeFileHandle descriptor, int target, bool closeOnExec)
    {
        Flush();
        FieldWriter frame = new();
        RestoreScriptWriter.Descriptor(frame, target, closeOnExec);
        socket.Send(frame.Written, descriptor);
    }

    /// <summary>The other end of a new child's script goes along with the frame that starts it.</summary>
    public void SendSpawn(
        DescriptorSocket childs, int index, bool orphan, string path, IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(childs);
        Flush();
        FieldWriter frame = new();
        RestoreScriptWriter.Spawn(frame, index, orphan, path, arguments);
        using SafeFileHandle handle = new(childs.Descriptor, ownsHandle: false);
        socket.Send(frame.Written, handle);
    }

    public void Dispose() => _buffer.Dispose();
}

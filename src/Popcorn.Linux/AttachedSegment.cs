using System.Runtime.InteropServices;
using Popcorn.Linux.Libc;

namespace Popcorn.Linux;

/// <summary>A System V shared memory segment in our own memory, all of it. Others may change it at any time.</summary>
public sealed unsafe class AttachedSegment : SafeHandle
{
    private readonly ulong _bytes;

    public AttachedSegment(SharedSegment segment, bool isWritable)
        : base(-1, ownsHandle: true)
    {
        _bytes = segment.Bytes;
        SetHandle(SysShm.Shmat(segment.Id, null, isWritable ? 0 : SysShm.ReadOnly));
        if (IsInvalid)
            throw SharedSegments.Failure("shmat", $"cannot attach System V shared memory segment {segment.Id}");
    }

    public override bool IsInvalid => handle == -1;

    public void Read(ulong offset, Span<byte> buffer)
    {
        Check(offset, buffer.Length);
        // SAFETY: the segment is attached while this object lives, and the part lies in it.
        new ReadOnlySpan<byte>((byte*)handle + offset, buffer.Length).CopyTo(buffer);
    }

    public void Write(ulong offset, ReadOnlySpan<byte> bytes)
    {
        Check(offset, bytes.Length);
        // SAFETY: as above, and it was attached writable.
        bytes.CopyTo(new Span<byte>((byte*)handle + offset, bytes.Length));
    }

    public void Clear()
    {
        const int PieceBytes = 1 << 30;
        for (ulong at = 0; at < _bytes; at += PieceBytes)
        {
            // SAFETY: as above.
            new Span<byte>((byte*)handle + at, (int)Math.Min(PieceBytes, _bytes - at)).Clear();
        }
    }

    protected override bool ReleaseHandle() => SysShm.Shmdt(handle) == 0;

    private void Check(ulong offset, int bytes)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + (ulong)bytes, _bytes);
    }
}

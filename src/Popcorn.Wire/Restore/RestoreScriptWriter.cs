using System.Text;
using Popcorn.Core;

namespace Popcorn.Wire.Restore;

/// <summary>
/// Writes the frames of a restore script: <c>u32 operation, u32 payload bytes, payload</c>. The raw bytes of a FILL
/// follow its frame and are not written here.
/// </summary>
public static class RestoreScriptWriter
{
    public const int HeaderBytes = 8;

    /// <summary>Frame and payload of a FILL, before its raw bytes.</summary>
    public const int FillFrameBytes = HeaderBytes + 16;

    public const uint MapNoReserve = 4;

    public const int CallArguments = 6;
    private const int CallFixedBytes = 8 + 8 * CallArguments + 8;

    // The runtime's payload buffer holds 8192 bytes.
    private const int SpawnBytesMax = 7000;
    private const int SpawnArgumentsMax = 256;

    public static void Map(FieldWriter writer, ulong address, ulong bytes, uint protection, uint flags)
    {
        Header(writer, RestoreOperation.Map, 24);
        writer.U64(address);
        writer.U64(bytes);
        writer.U32(protection);
        writer.U32(flags);
    }

    public static void Fill(FieldWriter writer, ulong address, ulong bytes)
    {
        Header(writer, RestoreOperation.Fill, 16);
        writer.U64(address);
        writer.U64(bytes);
    }

    public static void Protect(FieldWriter writer, ulong address, ulong bytes, uint protection)
    {
        Header(writer, RestoreOperation.Protect, 24);
        writer.U64(address);
        writer.U64(bytes);
        writer.U32(protection);
        writer.U32(0);
    }

    /// <summary>The descriptor itself rides, by SCM_RIGHTS, on this frame's first byte.</summary>
    public static void Descriptor(FieldWriter writer, int target, bool closeOnExec)
    {
        Header(writer, RestoreOperation.Descriptor, 8);
        writer.U32((uint)target);
        writer.U32(closeOnExec ? 1u : 0);
    }

    /// <param name="flags">Open flags as asm-generic spells them.</param>
    public static void Open(FieldWriter writer, int target, uint flags, ulong offset, string path)
    {
        Header(writer, RestoreOperation.Open, 16 + PathBytes(path));
        writer.U32((uint)target);
        writer.U32(flags);
        writer.U64(offset);
        Path(writer, path);
    }

    public static void WorkingDirectory(FieldWriter writer, string path)
    {
        Header(writer, RestoreOperation.WorkingDirectory, PathBytes(path));
        Path(writer, path);
    }

    public static void FileModeMask(FieldWriter writer, uint mask)
    {
        Header(writer, RestoreOperation.FileModeMask, 4);
        writer.U32(mask);
    }

    public static void Thread(FieldWriter writer, uint slot, ulong threadPointer, ulong record)
    {
        Header(writer, RestoreOperation.Thread, 24);
        writer.U32(slot);
        writer.U32(0);
        writer.U64(threadPointer);
        writer.U64(record);
    }

    /// <param name="flags">mmap's flags.</param>
    public static void MapFile(
        FieldWriter writer, ulong address, ulong bytes, uint protection, uint flags, ulong offset, string path)
    {
        Header(writer, RestoreOperation.MapFile, 32 + PathBytes(path));
        writer.U64(address);
        writer.U64(bytes);
        writer.U32(protection);
        writer.U32(flags);
        writer.U64(offset);
        Path(writer, path);
    }

    public static void Close(FieldWriter writer, int descriptor)
    {
        Header(writer, RestoreOperation.Close, 4);
        writer.U32((uint)descriptor);
    }

    /// <summary>Asks to be told when everything before it has been done.</summary>
    public static void Sync(FieldWriter writer) => Header(writer, RestoreOperation.Sync, 0);

    /// <summary>
    /// Makes the restoring process itself make a system call, for what nobody can do in its place. A failure is
    /// answered like that of any other operation.
    /// </summary>
    /// <param name="number">asm-generic number; structures are asm-generic too.</param>
    /// <param name="data">What pointers among the arguments point into.</param>
    /// <param name="pointers">Bit i: argument i is an offset into the data.</param>
    public static void Call(
        FieldWriter writer, ulong number, ReadOnlySpan<ulong> arguments, ReadOnlySpan<byte> data, uint pointers)
    {
        Header(writer, RestoreOperation.Call, CallFixedBytes + data.Length);
        writer.U64(number);
        for (int i = 0; i < CallArguments; i++)
            writer.U64(i < arguments.Length ? arguments[i] : 0);
        writer.U32(pointers);
        writer.U32(0);
        writer.Bytes(data);
    }

    /// <summary>
    /// Starts a child in restore mode; its script's socket rides on the first byte. Arguments that do not fit are left
    /// out: only who looks at the process from outside sees them.
    /// </summary>
    /// <param name="orphan">It is to lose its parent at once.</param>
    public static void Spawn(FieldWriter writer, int index, bool orphan, string path, IReadOnlyList<string> arguments)
    {
        int bytes = PathBytes(path);
        int count = 0;
        while (count < arguments.Count && count < SpawnArgumentsMax
            && bytes + PathBytes(arguments[count]) <= SpawnBytesMax)
            bytes += PathBytes(arguments[count++]);
        Header(writer, RestoreOperation.Spawn, 12 + bytes);
        writer.U32((uint)index);
        writer.U32(orphan ? 1u : 0);
        writer.U32((uint)count);
        Path(writer, path);
        foreach (string argument in arguments.Take(count))
            Path(writer, argument);
    }

    /// <summary>A child that ends at once, as one that has not been waited for had ended.</summary>
    /// <param name="waitStatus">What wait(2) shall give.</param>
    /// <param name="group">Process group to be in; 0 to lead one of its own, -1 to stay in its parent's.</param>
    public static void Zombie(FieldWriter writer, int index, int waitStatus, int group)
    {
        Header(writer, RestoreOperation.Zombie, 12);
        writer.U32((uint)index);
        writer.U32((uint)waitStatus);
        writer.U32((uint)group);
    }

    public static void Session(FieldWriter writer) => Header(writer, RestoreOperation.Session, 0);

    /// <param name="group">Process group to join; 0 to lead one of its own.</param>
    public static void Group(FieldWriter writer, int group)
    {
        Header(writer, RestoreOperation.Group, 4);
        writer.U32((uint)group);
    }

    /// <summary>A new session whose leader is gone at once, as daemons have it. The process has another pid
    /// afterwards.</summary>
    public static void Detach(FieldWriter writer) => Header(writer, RestoreOperation.Detach, 0);

    /// <summary>Maps an object that the process has a descriptor of by now.</summary>
    /// <param name="flags">mmap's flags.</param>
    public static void MapDescriptor(
        FieldWriter writer, ulong address, ulong bytes, uint protection, uint flags, ulong offset, int descriptor)
    {
        Header(writer, RestoreOperation.MapDescriptor, 40);
        writer.U64(address);
        writer.U64(bytes);
        writer.U32(protection);
        writer.U32(flags);
        writer.U64(offset);
        writer.U32((uint)descriptor);
        writer.U32(0);
    }

    /// <summary>Attaches a System V shared memory segment.</summary>
    public static void AttachShared(FieldWriter writer, ulong address, int segment, bool readOnly)
    {
        Header(writer, RestoreOperation.AttachShared, 16);
        writer.U64(address);
        writer.U32((uint)segment);
        writer.U32(readOnly ? 1u : 0);
    }

    /// <summary>Starts threads for these slots, which wait to be told by <see cref="Thread"/> what they are; those of
    /// no use end.</summary>
    public static void Prepare(FieldWriter writer, IReadOnlyList<uint> slots)
    {
        Header(writer, RestoreOperation.Prepare, slots.Count * sizeof(uint));
        foreach (uint slot in slots)
            writer.U32(slot);
    }

    public static void Commit(FieldWriter writer) => Header(writer, RestoreOperation.Commit, 0);

    public static void Go(FieldWriter writer) => Header(writer, RestoreOperation.Go, 0);

    private static void Header(FieldWriter writer, RestoreOperation operation, int payloadBytes)
    {
        writer.U32((uint)operation);
        writer.U32((uint)payloadBytes);
    }

    private static int PathBytes(string path) => Encoding.UTF8.GetByteCount(path) + 1;

    private static void Path(FieldWriter writer, string path)
    {
        writer.Bytes(Encoding.UTF8.GetBytes(path));
        writer.U8(0);
    }
}

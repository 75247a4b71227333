using System.Buffers.Binary;
using Popcorn.Core;

namespace Popcorn.Transform;

/// <summary>
/// Thread state → the chained records of contracts section 5, from which the target ISA's own code rebuilds the stack.
/// They lie outermost first, the runtime's record last.
/// </summary>
public static class RecordBuilder
{
    public const int HeaderBytes = 32;
    public const int ValueBytes = 16;

    // Values of the runtime's record for a system call: the number and six arguments.
    private const int SystemCallValueCount = 7;

    /// <summary>Bytes the records of a thread take; a multiple of 16.</summary>
    public static long SizeBytes(ThreadState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        int runtimeValues = state.Kind == ParkKind.SystemCall ? SystemCallValueCount : 0;
        return ((state.Frames.Length + 1L) * HeaderBytes) + ((state.Values.Length + (long)runtimeValues) * ValueBytes);
    }

    /// <summary>The records in a new array, and the address of the outermost.</summary>
    public static byte[] Build(ThreadState state, IsaExecutable target, ulong baseAddress, out ulong firstRecord)
    {
        long size = SizeBytes(state);
        if (size > Array.MaxLength)
            throw new BadInputException($"restore records of {size} bytes are too many for one thread");
        byte[] records = new byte[size];
        firstRecord = Build(state, target, baseAddress, records);
        return records;
    }

    /// <summary>
    /// Fills <paramref name="records"/>, which will be copied to <paramref name="baseAddress"/> of the target process,
    /// and returns the address of the outermost record, which the thread starts with.
    /// </summary>
    public static ulong Build(ThreadState state, IsaExecutable target, ulong baseAddress, Span<byte> records)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentOutOfRangeException.ThrowIfNotEqual(baseAddress & 15, 0UL, nameof(baseAddress));
        ArgumentOutOfRangeException.ThrowIfLessThan(records.Length, SizeBytes(state), nameof(records));
        int offset = 0;
        ReadOnlySpan<FrameState> frames = state.Frames;
        for (int i = frames.Length - 1; i >= 0; i--)
        {
            FrameState frame = frames[i];
            ReadOnlySpan<UInt128> values = state.ValuesOf(frame);
            int next = offset + HeaderBytes + (values.Length * ValueBytes);
            WriteHeader(
                records[offset..], baseAddress + (ulong)next, target.Map.ResumeAddress(target.Isa, frame.FunctionIndex),
                frame.SiteIndex, values.Length);
            for (int value = 0; value < values.Length; value++)
            {
                BinaryPrimitives.WriteUInt128LittleEndian(
                    records[(offset + HeaderBytes + (value * ValueBytes))..], values[value]);
            }
            offset = next;
        }
        WriteRuntimeRecord(state, target, records[offset..]);
        return baseAddress;
    }

    private static void WriteRuntimeRecord(ThreadState state, IsaExecutable target, Span<byte> record)
    {
        if (state.Kind == ParkKind.Point)
        {
            WriteHeader(record, next: 0, target.ResumePointAddress, site: 0, valueCount: 0);
            return;
        }
        WriteHeader(record, next: 0, target.ResumeSystemCallAddress, site: 0, SystemCallValueCount);
        BinaryPrimitives.WriteUInt128LittleEndian(record[HeaderBytes..], state.SystemCallNumber);
        for (int i = 0; i < ThreadState.SystemCallArgumentCount; i++)
        {
            BinaryPrimitives.WriteUInt128LittleEndian(
                record[(HeaderBytes + ((i + 1) * ValueBytes))..], state.SystemCallArguments[i]);
        }
    }

    private static void WriteHeader(Span<byte> record, ulong next, ulong resume, int site, int valueCount)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(record, next);
        BinaryPrimitives.WriteUInt64LittleEndian(record[8..], resume);
        BinaryPrimitives.WriteInt32LittleEndian(record[16..], site);
        BinaryPrimitives.WriteInt32LittleEndian(record[20..], valueCount);
        BinaryPrimitives.WriteUInt64LittleEndian(record[24..], 0);
    }
}

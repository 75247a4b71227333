using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Transform;
using Popcorn.Wire.Control;
using Popcorn.Wire.Image;
using Popcorn.Wire.Restore;

namespace Popcorn.Node.Moves;

/// <summary>The parts of a restore script that a move and a restore from an image have in common.</summary>
public static class RestoreScript
{
    // linux/mman.h.
    public const uint ProtectionWrite = 2;
    public const uint ReadWrite = 3;
    public const uint MapShared = 1;
    private const uint ReadExecute = 5;
    private const uint MapPrivate = 2;

    // asm-generic/unistd.h.
    private const ulong CallFcntl = 25;
    private const ulong CallMunmap = 215;
    private const ulong CallMremap = 216;

    /// <summary>
    /// Files, private ones writable as long as memory is to be filled in. Descriptors are in place by now.
    /// </summary>
    public static void MapObjects(
        FieldWriter frames, IReadOnlyList<ArenaEntry> mappings, IReadOnlyDictionary<ulong, MappingOrigin> origins)
    {
        foreach (ArenaEntry mapping in mappings.Where(m => !MemoryLayout.IsAnonymous(m)))
        {
            uint flags = mapping.IsShared ? MapShared : MapPrivate;
            uint protection = mapping.IsShared ? mapping.Protection : mapping.Protection | ProtectionWrite;
            switch (origins.GetValueOrDefault(mapping.Start))
            {
                case PathOrigin file:
                    RestoreScriptWriter.MapFile(
                        frames, mapping.Start, mapping.Bytes, protection, flags, mapping.FileOffset, file.Path);
                    break;
                case DescriptorOrigin file:
                    RestoreScriptWriter.MapDescriptor(
                        frames, mapping.Start, mapping.Bytes, protection, flags, mapping.FileOffset, file.Descriptor);
                    break;
                default:
                    break;
            }
        }
    }

    public static void Unmap(FieldWriter frames, PageRange range) =>
        RestoreScriptWriter.Call(frames, CallMunmap, [range.Start, range.Bytes], [], pointers: 0);

    /// <summary>Takes what is mapped somewhere to where it belongs, in place of whatever is there.</summary>
    public static void Remap(FieldWriter frames, PageRange range, ulong target)
    {
        const ulong MayMoveFixed = 3; // MREMAP_MAYMOVE | MREMAP_FIXED
        RestoreScriptWriter.Call(
            frames, CallMremap, [range.Start, range.Bytes, range.Bytes, MayMoveFixed, target], [], pointers: 0);
    }

    /// <summary>Final protections, once memory has been filled in.</summary>
    public static void Protect(FieldWriter frames, IReadOnlyList<ArenaEntry> mappings)
    {
        foreach (ArenaEntry mapping in mappings)
        {
            bool temporary = mapping.IsFile
                ? !mapping.IsShared && (mapping.Protection & ProtectionWrite) == 0
                : mapping.Protection != ReadWrite;
            if (temporary)
                RestoreScriptWriter.Protect(frames, mapping.Start, mapping.Bytes, mapping.Protection);
        }
    }

    /// <summary>Record locks, which only their process itself can take. Descriptors are in place by now.</summary>
    public static void Lock(FieldWriter frames, IReadOnlyList<ImageRecordLock> locks)
    {
        ArgumentNullException.ThrowIfNull(locks);
        foreach (ImageRecordLock held in locks)
        {
            const ulong SetLock = 6; // F_SETLK
            const int StartOffset = 8;
            byte[] data = new byte[32];
            data[0] = held.Exclusive ? (byte)1 : (byte)0;
            _ = BitConverter.TryWriteBytes(data.AsSpan(StartOffset), held.Start);
            _ = BitConverter.TryWriteBytes(data.AsSpan(StartOffset + 8), held.Bytes);
            RestoreScriptWriter.Call(frames, CallFcntl, [(ulong)held.Descriptor, SetLock, 0], data, pointers: 1 << 2);
        }
    }

    /// <summary>Resume functions are packed in the target's executable, and the kernel leaves them out.</summary>
    private static void SendResumeFunctions(ScriptSender sender, ResumeCode code)
    {
        if (code.Bytes.IsEmpty)
            return;
        ulong start = code.Address - (code.Address % ProgramAddresses.PageBytes);
        ulong end = code.Address + (ulong)code.Bytes.Length;
        RestoreScriptWriter.Map(sender.Frames, start, end - start, ReadExecute, 0);
        sender.SendMemory(
            new PageRange(code.Address, end),
            (address, buffer) =>
                code.Bytes.Span.Slice((int)(address - code.Address), buffer.Length).CopyTo(buffer));
        RestoreScriptWriter.Protect(sender.Frames, start, end - start, ReadExecute);
    }

    /// <summary>
    /// The records of every thread, in memory of their own, and the threads; the main thread first. Returns the memory
    /// they take.
    /// </summary>
    public static void SendThreads(ScriptSender sender, IReadOnlyList<CapturedThread> threads, IsaExecutable target)
    {
        SendResumeFunctions(sender, target.ResumeFunctions);
        long total = threads.Sum(t => RecordBuilder.SizeBytes(t.State));
        ulong mapped =
            ((ulong)total + ProgramAddresses.PageBytes - 1) / ProgramAddresses.PageBytes * ProgramAddresses.PageBytes;
        if (mapped > ProgramAddresses.PrivateEnd - ProgramAddresses.RecordsStart)
            throw new MoveException(MovePhase.Transfer, $"the stacks need {total} bytes of records, which do not fit");
        byte[] records = new byte[mapped];
        ulong[] outermost = new ulong[threads.Count];
        int offset = 0;
        for (int i = 0; i < threads.Count; i++)
        {
            int bytes = (int)RecordBuilder.SizeBytes(threads[i].State);
            outermost[i] = RecordBuilder.Build(
                threads[i].State, target, ProgramAddresses.RecordsStart + (ulong)offset, records.AsSpan(offset, bytes));
            offset += bytes;
        }
        RestoreScriptWriter.Map(sender.Frames, ProgramAddresses.RecordsStart, mapped, ReadWrite, 0);
        sender.SendMemory(
            new PageRange(ProgramAddresses.RecordsStart, ProgramAddresses.RecordsStart + mapped),
            (address, buffer) =>
                records.AsSpan((int)(address - ProgramAddresses.RecordsStart), buffer.Length).CopyTo(buffer));
        for (int i = 0; i < threads.Count; i++)
            RestoreScriptWriter.Thread(sender.Frames, threads[i].Slot, threads[i].ThreadPointer, outermost[i]);
    }
}

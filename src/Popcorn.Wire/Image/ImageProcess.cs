using Popcorn.Core;
using Popcorn.Wire.Control;

namespace Popcorn.Wire.Image;

/// <summary>A resource limit as prlimit(2) has it; the number is the asm-generic one.</summary>
public readonly record struct ImageLimit(byte Number, ulong Soft, ulong Hard);

/// <summary>A record lock (fcntl) of a process: it belongs to no descriptor but to process and file.</summary>
public readonly record struct ImageRecordLock(int Descriptor, bool Exclusive, ulong Start, ulong Bytes);

/// <summary>Where a process stands among others. All ids are those the programs see.</summary>
/// <param name="Parent">0 when its parent is not in the unit.</param>
/// <param name="Group">0 when it was in the group of whoever started it.</param>
/// <param name="Session">0 when it was in the session of whoever started it.</param>
/// <param name="HasTerminal">Its group, not that of whoever started it, was in the terminal's foreground.</param>
/// <param name="Terminal">Of a session's leader, the pair of the image's pseudo terminal that controls it.</param>
public readonly record struct ImageKinship(
    int Pid, int Parent, int Group, int Session, bool HasTerminal, int Terminal = ImageKinship.NoTerminal)
{
    /// <summary>No terminal of the image.</summary>
    public const int NoTerminal = -1;

    public void Write(FieldWriter writer)
    {
        writer.I32(Pid);
        writer.I32(Parent);
        writer.I32(Group);
        writer.I32(Session);
        ImageList.WriteFlag(writer, HasTerminal);
        writer.I32(Terminal);
    }

    public static ImageKinship Read(ref FieldReader reader)
    {
        int at = reader.Offset;
        ImageKinship kinship = new(
            reader.I32(), reader.I32(), reader.I32(), reader.I32(), ImageList.ReadFlag(ref reader), reader.I32());
        return kinship is { Pid: > 0, Parent: >= 0, Group: >= 0, Session: >= 0 }
            ? kinship
            : throw new BadInputException(reader.Where, at, $"a process that is called {kinship.Pid}");
    }
}

/// <summary>Section 3, one process.</summary>
/// <param name="Program">Index into <see cref="ImageUnit.Programs"/>.</param>
public sealed record ImageProcess(
    int Program,
    Isa Isa,
    ImageKinship Kinship,
    IReadOnlyList<string> Arguments,
    string WorkingDirectory,
    uint FileModeMask,
    IReadOnlyList<ImageLimit> Limits,
    IReadOnlyList<ImageDescriptor> Descriptors,
    IReadOnlyList<ImageRecordLock> RecordLocks,
    IReadOnlyList<ImageMapping> Mappings,
    IReadOnlyList<ImageThread> Threads)
{
    private const int CountMax = ControlLayout.ProcessCount;
    private const int ArgumentsMax = 1 << 20;
    private const int LimitsMax = 64;
    private const int DescriptorsMax = 1 << 20;

    public void Write(FieldWriter writer)
    {
        writer.Uleb128((ulong)Program);
        writer.U8((byte)Isa);
        Kinship.Write(writer);
        ImageList.Write(writer, Arguments, writer.Text);
        writer.Text(WorkingDirectory);
        writer.U32(FileModeMask);
        ImageList.Write(writer, Limits, l =>
        {
            writer.U8(l.Number);
            writer.U64(l.Soft);
            writer.U64(l.Hard);
        });
        ImageList.Write(writer, Descriptors, d =>
        {
            writer.I32(d.Number);
            ImageList.WriteFlag(writer, d.CloseOnExec);
            writer.Uleb128((ulong)d.Description);
        });
        ImageList.Write(writer, RecordLocks, l =>
        {
            writer.I32(l.Descriptor);
            ImageList.WriteFlag(writer, l.Exclusive);
            writer.U64(l.Start);
            writer.U64(l.Bytes);
        });
        ImageMapping.WriteAll(writer, Mappings);
        ImageThread.WriteAll(writer, Threads);
    }

    public static ImageProcess Read(ref FieldReader reader)
    {
        int program = (int)Math.Min(reader.Uleb128(), int.MaxValue);
        Isa isa = (Isa)reader.U8();
        if (!IsaNames.All.Contains(isa))
            throw new BadInputException(reader.Where, reader.Offset - 1, $"unknown ISA {(int)isa}");
        return new ImageProcess(
            program,
            isa,
            ImageKinship.Read(ref reader),
            ImageList.Read(ref reader, ArgumentsMax, "arguments", static (ref FieldReader r) => r.Text()),
            reader.Text(),
            reader.U32(),
            ImageList.Read(ref reader, LimitsMax, "limits", static (ref FieldReader r) =>
                new ImageLimit(r.U8(), r.U64(), r.U64())),
            ImageList.Read(ref reader, DescriptorsMax, "descriptors", static (ref FieldReader r) =>
                new ImageDescriptor(
                    r.I32(), ImageList.ReadFlag(ref r), (int)Math.Min(r.Uleb128(), int.MaxValue))),
            ImageList.Read(ref reader, DescriptorsMax, "record locks", static (ref FieldReader r) =>
                new ImageRecordLock(r.I32(), ImageList.ReadFlag(ref r), r.U64(), r.U64())),
            ImageMapping.ReadAll(ref reader),
            ImageThread.ReadAll(ref reader));
    }

    /// <summary>All processes, each checked to name what is there: a parent that comes before it, programs and
    /// descriptions.</summary>
    public static ImageProcess[] ReadAll(ref FieldReader reader, int programs, int descriptions)
    {
        ImageProcess[] processes = ImageList.Read(ref reader, CountMax, "processes", Read);
        HashSet<int> parents = [0];
        foreach (ImageProcess process in processes)
        {
            bool placed = process.Program < programs &&
                process.Descriptors.All(d => d.Number >= 0 && d.Description < descriptions) &&
                process.Mappings.All(m => process.Has(m.Origin)) &&
                parents.Contains(process.Kinship.Parent) && parents.Add(process.Kinship.Pid);
            if (!placed || process.Threads.Count == 0)
            {
                throw new BadInputException(
                    reader.Where, 0, $"process {process.Kinship.Pid} names what is not in the image");
            }
        }
        return processes.Length > 0
            ? processes
            : throw new BadInputException(reader.Where, 0, "there is no process");
    }

    public static void WriteAll(FieldWriter writer, IReadOnlyList<ImageProcess> processes) =>
        ImageList.Write(writer, processes, p => p.Write(writer));

    private bool Has(MappingOrigin? origin) =>
        origin is not DescriptorOrigin file || Descriptors.Any(d => d.Number == file.Descriptor);
}

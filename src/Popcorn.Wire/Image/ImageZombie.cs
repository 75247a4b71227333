using Popcorn.Core;
using Popcorn.Wire.Control;

namespace Popcorn.Wire.Image;

/// <summary>Section 3, a process that had ended and that its parent had not waited for.</summary>
/// <param name="WaitStatus">What wait(2) will give.</param>
public readonly record struct ImageZombie(ImageKinship Kinship, int WaitStatus)
{
    public static void WriteAll(FieldWriter writer, IReadOnlyList<ImageZombie> zombies) =>
        ImageList.Write(writer, zombies, z =>
        {
            z.Kinship.Write(writer);
            writer.I32(z.WaitStatus);
        });

    /// <summary>Each a child of one of the processes.</summary>
    public static ImageZombie[] ReadAll(ref FieldReader reader, IReadOnlyList<ImageProcess> processes)
    {
        ImageZombie[] zombies = ImageList.Read(ref reader, ControlLayout.ProcessCount, "zombies",
            static (ref FieldReader r) => new ImageZombie(ImageKinship.Read(ref r), r.I32()));
        HashSet<int> pids = [.. processes.Select(p => p.Kinship.Pid)];
        foreach (ImageKinship kinship in zombies.Select(z => z.Kinship))
        {
            if (!pids.Contains(kinship.Parent) || !pids.Add(kinship.Pid))
                throw new BadInputException(reader.Where, 0, $"zombie {kinship.Pid} has no parent, or is there twice");
        }
        return pids.Count <= ControlLayout.ProcessCount
            ? zombies
            : throw new BadInputException(reader.Where, 0, $"{pids.Count} processes are too many");
    }
}

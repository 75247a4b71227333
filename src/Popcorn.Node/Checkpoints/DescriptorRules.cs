using Popcorn.Linux;
using Popcorn.Node.Processes;
using Popcorn.Node.Moves;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Checkpoints;

/// <summary>Which descriptors a checkpoint can hold, and how. A move needs no such rules: it hands over the descriptors
/// themselves.</summary>
public static class DescriptorRules
{
    // asm-generic/fcntl.h: flags that act on opening only, and close-on-exec, which is kept apart.
    private const uint CreationFlags = 0x40 | 0x80 | 0x100 | 0x200;
    private const uint CloseOnExec = 0x80000;

    private const int StandardErrorNumber = 2;

    /// <summary>Why a descriptor cannot be saved, or null.</summary>
    /// <param name="inherited">Our own descriptors that every child of ours has: a pipe that whoever started us left
    /// open is no part of the program, and is taken from the restorer too if that has one of the number.</param>
    public static string? Refuse(DescriptorFacts descriptor, IReadOnlyList<DescriptorFacts> inherited)
    {
        ArgumentNullException.ThrowIfNull(inherited);
        if (IsFile(descriptor))
        {
            return descriptor.Target.EndsWith(" (deleted)", StringComparison.Ordinal) && !File.Exists(descriptor.Target)
                ? $"descriptor {descriptor.Number} is a file that has been deleted ('{descriptor.Target}')"
                : null;
        }
        // Whoever restores has a standard input, output and error of its own.
        bool isOurs = inherited.Any(i => i.Number == descriptor.Number && i.Target == descriptor.Target);
        return isOurs || descriptor.Number <= StandardErrorNumber
            ? null
            : $"descriptor {descriptor.Number} is '{descriptor.Target}', which only a live move can keep";
    }

    public static ImageDescriptor ForImage(DescriptorFacts descriptor) => IsFile(descriptor)
        ? new ImageDescriptor(
            descriptor.Number, ImageDescriptorKind.File, descriptor.CloseOnExec,
            (uint)descriptor.Flags & ~(CreationFlags | CloseOnExec), (ulong)descriptor.Position, descriptor.Target)
        : new ImageDescriptor(
            descriptor.Number, ImageDescriptorKind.Inherited, descriptor.CloseOnExec, 0, 0, descriptor.Target);

    /// <summary>All reasons why this process cannot be saved now.</summary>
    public static IReadOnlyList<string> FindObstacles(ProgramProcess process)
    {
        ArgumentNullException.ThrowIfNull(process);
        List<string> obstacles = [.. ObstacleFinder.FindInProcess(process)];
        if (obstacles.Count > 0)
            return obstacles;
        IReadOnlyList<DescriptorFacts> inherited = ProcessFiles.Descriptors(Environment.ProcessId);
        foreach (DescriptorFacts descriptor in ProcessFiles.Descriptors(process.Child.Pid))
        {
            if (!ProcessCapture.IsOurs(descriptor) && Refuse(descriptor, inherited) is string reason)
                obstacles.Add(reason);
        }
        return obstacles;
    }

    private static bool IsFile(DescriptorFacts descriptor)
    {
        if (!descriptor.Target.StartsWith('/'))
            return false;
        // A terminal belongs to the session that restores; other devices are opened again like files.
        return !descriptor.Target.StartsWith("/dev/pts/", StringComparison.Ordinal) &&
            !descriptor.Target.StartsWith("/dev/tty", StringComparison.Ordinal) &&
            !descriptor.Target.StartsWith("/memfd:", StringComparison.Ordinal);
    }
}

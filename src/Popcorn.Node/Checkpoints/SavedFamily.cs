using Microsoft.Win32.SafeHandles;
using Popcorn.Linux;
using Popcorn.Node.Moves;
using Popcorn.Node.Objects;
using Popcorn.Node.Processes;
using Popcorn.Node.Programs;
using Popcorn.Wire.Control;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Checkpoints;

/// <summary>
/// How the processes of an image are related, in the program's own numbers. They have the places of the unit's table in
/// the image's order, zombies behind; the first place is the program's first process's, which may be gone.
/// </summary>
internal static class SavedFamily
{
    /// <summary>The relations of a process, given the process that is its parent in the unit.</summary>
    public static ImageKinship KinshipOf(TreeNode node, TreeNode? parent)
    {
        UnitEntry entry = node.Entry!.Value;
        int pid = (int)node.ProgramPid;
        // What is in the group or session of whoever started us will be in those of whoever restores.
        int group = node.LeadsGroup ? pid : node.Facts.Group == HostProcess.ProcessGroup ? 0 : (int)entry.Group;
        int session = node.LeadsSession ? pid : node.Facts.Session == HostProcess.Session ? 0 : (int)entry.Session;
        int terminal = node.LeadsSession && node.Facts.PseudoTerminal is int own ? own : ImageKinship.NoTerminal;
        return new ImageKinship(pid, (int)(parent?.ProgramPid ?? 0), group, session, node.HasTerminal, terminal);
    }

    /// <summary>The program's first process is in the image.</summary>
    public static bool HasFirst(ImageFile image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return image.Unit.FirstStatus is null;
    }

    /// <summary>Where in the unit's table a process of the image is.</summary>
    public static int PlaceOf(ImageFile image, int process) => HasFirst(image) ? process : process + 1;

    /// <summary>The processes without a parent, the first one at their head, with all below them.</summary>
    public static IReadOnlyList<FamilyMember> Of(
        ImageFile image, IReadOnlyList<ProgramFiles> programs, ObjectBuilder objects)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(objects);
        Dictionary<int, FamilyMember> members = [];
        List<FamilyMember> tops = [];
        for (int i = 0; i < image.Processes.Count; i++)
        {
            ImageProcess process = image.Processes[i];
            FamilyMember member = Member(
                process.Kinship,
                new TargetProgram(PlaceOf(image, i), programs[process.Program], process.Arguments), PlaceOf(image, i),
                terminal: process.Kinship.Terminal == ImageKinship.NoTerminal
                    ? null : objects.OpenTerminal(process.Kinship.Terminal));
            members.Add(process.Kinship.Pid, member);
            (process.Kinship.Parent == 0 ? tops : members[process.Kinship.Parent].Children).Add(member);
        }
        for (int i = 0; i < image.Zombies.Count; i++)
        {
            (ImageKinship kinship, int status) = image.Zombies[i];
            int place = PlaceOf(image, image.Processes.Count + i);
            members[kinship.Parent].Children.Add(Member(kinship, null, place, status));
        }
        return tops;
    }

    /// <summary>Gives each its place in the table, under the numbers that the program knows.</summary>
    public static void Prepare(ImageFile image, ProcessUnit unit)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(unit);
        int index = PlaceOf(image, 0);
        foreach (ImageProcess process in image.Processes)
            Prepare(unit, index++, process.Kinship, UnitProcessState.Starting);
        foreach (ImageZombie zombie in image.Zombies)
            Prepare(unit, index++, zombie.Kinship, UnitProcessState.Member);
    }

    private static FamilyMember Member(
        ImageKinship kinship, TargetProgram? program, int index, int waitStatus = 0, SafeFileHandle? terminal = null) =>
        new(index, kinship.Pid, kinship.Group, kinship.Session, program)
        {
            WaitStatus = waitStatus,
            HasTerminal = kinship.HasTerminal,
            ControllingTerminal = terminal,
        };

    private static void Prepare(ProcessUnit unit, int index, ImageKinship kinship, UnitProcessState state) =>
        unit.Prepare(
            index, (uint)kinship.Pid,
            kinship.Group == 0 ? HostProcess.ProcessGroup : kinship.Group,
            kinship.Session == 0 ? HostProcess.Session : kinship.Session, state);
}

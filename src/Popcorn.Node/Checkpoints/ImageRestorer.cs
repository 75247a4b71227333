using Microsoft.Win32.SafeHandles;
using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Node.Moves;
using Popcorn.Node.Objects;
using Popcorn.Node.Processes;
using Popcorn.Node.Programs;
using Popcorn.Wire.Control;
using Popcorn.Wire.Image;
using Popcorn.Wire.Restore;

namespace Popcorn.Node.Checkpoints;

/// <summary>Starts the processes of an image. The image is only read, so it can be restored any number of
/// times.</summary>
public sealed class ImageRestorer(ImageFile image, RestoreChoices choices)
{
    // asm-generic/unistd.h.
    private const ulong CallEpollCtl = 21;

    /// <summary>The program runs when this returns; on any exception nothing of it has run.</summary>
    /// <param name="programs">Those of the image, in its order.</param>
    /// <returns>Its processes, the first one at their head.</returns>
    public IReadOnlyList<ProgramProcess> Restore(
        IReadOnlyList<ProgramFiles> programs, ProcessLauncher launcher, IsaHost host)
    {
        ArgumentNullException.ThrowIfNull(launcher);
        ArgumentNullException.ThrowIfNull(programs);
        CheckUser();
        CheckFiles();
        using ObjectBuilder objects = new(image, choices, launcher.InheritedDescriptors);
        CheckConnections(objects);
        CheckSegments(objects);
        // The first process's start takes as long as the objects do.
        SavedFamily.Prepare(image, launcher.Unit);
        using TargetTree targets = new(launcher, host, SavedFamily.HasFirst(image) ? launcher.First : null);
        IReadOnlyList<CapturedThread>[] threads =
            [.. image.Processes.Select(p => image.ReadThreads(p, programs[p.Program].Map))];
        objects.Build();
        using SharedMemory shared = new();
        IReadOnlyList<FamilyMember> family = SavedFamily.Of(image, programs, objects);
        targets.WaitRootStarted();
        targets.Build(family);
        RestoreTarget[] restoring =
            [.. Enumerable.Range(0, threads.Length).Select(i => targets.Targets[SavedFamily.PlaceOf(image, i)])];
        for (int i = 0; i < threads.Length; i++)
            Send(i, restoring[i], threads[i], launcher.InheritedDescriptors, objects, shared);
        for (int i = 0; i < threads.Length; i++)
        {
            restoring[i].WaitReady();
            TraitsOf(image.Processes[i]).Apply(restoring[i].Process);
        }
        targets.GiveTerminal(family);
        objects.Activate();
        if (targets.Go() is string failure)
            throw new MoveException(MovePhase.Commit, failure);
        objects.Release();
        ProgramProcess[] restored = [.. restoring.Select(t => t.Process)];
        // The terminal may have another size than the one the program last saw.
        foreach (ProgramProcess process in restored)
            _ = process.Child.Signal(SignalNumbers.WindowSize);
        return restored;
    }

    private void Send(
        int index, RestoreTarget restoring, IReadOnlyList<CapturedThread> threads, IReadOnlyList<int> inherited,
        ObjectBuilder objects, SharedMemory shared)
    {
        ImageProcess process = image.Processes[index];
        ScriptSender sender = restoring.Sender;
        try
        {
            SendDescriptors(sender, process, inherited, objects);
            SendMemory(index, restoring, shared);
            RestoreScriptWriter.WorkingDirectory(sender.Frames, choices.Map(process.WorkingDirectory));
            RestoreScriptWriter.FileModeMask(sender.Frames, process.FileModeMask);
            SendPollEntries(sender, index);
            RestoreScript.Lock(sender.Frames, process.RecordLocks);
            RestoreScript.SendThreads(sender, threads, restoring.Process.Program.Load(restoring.Process.Isa));
            RestoreScriptWriter.Commit(sender.Frames);
            sender.Flush();
        }
        catch (LinuxCallException e)
        {
            throw restoring.Explain(e);
        }
    }

    private static void SendDescriptors(
        ScriptSender sender, ImageProcess process, IReadOnlyList<int> inherited, ObjectBuilder objects)
    {
        foreach (int number in inherited)
        {
            if (!process.Descriptors.Any(d => d.Number == number))
                RestoreScriptWriter.Close(sender.Frames, number);
        }
        foreach (ImageDescriptor descriptor in process.Descriptors)
        {
            if (objects[descriptor.Description] is SafeFileHandle file)
                sender.SendDescriptor(file, descriptor.Number, descriptor.CloseOnExec);
        }
    }

    private void SendMemory(int index, RestoreTarget restoring, SharedMemory shared)
    {
        ImageProcess process = image.Processes[index];
        ScriptSender sender = restoring.Sender;
        ArenaEntry[] mappings = [.. process.Mappings.Select(m => m.Entry)];
        Dictionary<ulong, MappingOrigin> origins = process.Mappings.Where(m => m.Origin is not null)
            .ToDictionary(m => m.Entry.Start, m => Find(m.Origin!));
        new MemoryLayout(mappings).Replace(MemoryLayout.None, sender.Frames);
        RestoreScript.MapObjects(sender.Frames, mappings, origins);
        SegmentAttachment.Send(sender.Frames, mappings, origins);
        shared.Send(sender, mappings, origins, [.. process.Descriptors.Select(d => d.Number)]);
        restoring.Synchronise();
        using (RemoteMemory memory = new(restoring.Process.Child.Pid))
            image.ReadMemory(index, memory.Write);
        RestoreScript.Protect(sender.Frames, mappings);
    }

    private MappingOrigin Find(MappingOrigin origin) =>
        origin is PathOrigin file ? new PathOrigin(choices.Map(file.Path)) : origin;

    private static ProcessTraits TraitsOf(ImageProcess process) =>
        new(process.Limits, [.. process.Threads.Select(t => new ThreadTraits(t.Slot, t.Nice, t.Affinity))]);

    /// <summary>An epoll set remembers numbers, which are right in the process itself only: in the first one that has
    /// the set, whose numbers the image has.</summary>
    private void SendPollEntries(ScriptSender sender, int index)
    {
        HashSet<int> done =
            [.. image.Processes.Take(index).SelectMany(p => p.Descriptors).Select(d => d.Description)];
        foreach (ImageDescriptor descriptor in image.Processes[index].Descriptors)
        {
            ImageObject subject = image.Objects[image.Descriptions[descriptor.Description].ObjectIndex];
            if (!done.Add(descriptor.Description) || subject is not PollSetObject set)
                continue;
            foreach (PollEntry entry in set.Entries)
            {
                const ulong Add = 1; // EPOLL_CTL_ADD
                const int TagOffset = 8;
                byte[] data = new byte[16];
                _ = BitConverter.TryWriteBytes(data, entry.Events);
                _ = BitConverter.TryWriteBytes(data.AsSpan(TagOffset), entry.Tag);
                RestoreScriptWriter.Call(
                    sender.Frames, CallEpollCtl, [(ulong)descriptor.Number, Add, (ulong)entry.Descriptor, 0], data,
                    pointers: 1 << 3);
            }
        }
    }

    /// <summary>Another user's processes had rights, files and secrets that this user was not meant to have.</summary>
    private void CheckUser()
    {
        if (image.Unit.User != HostProcess.EffectiveUser && !choices.Force)
        {
            throw new BadInputException(
                $"'{image.Path}' was taken by user {image.Unit.User} on {image.Unit.Machine}, and this is user " +
                $"{HostProcess.EffectiveUser}; --force restores it with your own rights");
        }
    }

    /// <summary>Names everything that is missing or has changed at once, before anything is started.</summary>
    private void CheckFiles()
    {
        List<string> wrong = [];
        foreach (ImageProcess process in image.Processes)
        {
            foreach (ImageMapping mapping in process.Mappings)
            {
                if (mapping.Origin is PathOrigin file && !File.Exists(choices.Map(file.Path)))
                    wrong.Add(
                        $"'{choices.Map(file.Path)}' (mapped at 0x{mapping.Entry.Start:x}) is not there any more");
            }
            if (!Directory.Exists(choices.Map(process.WorkingDirectory)))
                wrong.Add($"'{choices.Map(process.WorkingDirectory)}' (working directory) is not there any more");
        }
        foreach ((int number, FileObject saved) in SavedFiles())
        {
            string path = choices.Map(saved.Path);
            bool isThere = File.Exists(path) || Directory.Exists(path);
            if ((!choices.Force || !isThere) && FileCheck.FindDifference(saved, path) is string difference)
                wrong.Add($"'{path}' (descriptor {number}) {difference}");
        }
        if (wrong.Count > 0)
        {
            throw new BadInputException(
                $"'{image.Path}': the program's files are not what they were: {string.Join("; ", wrong)}. " +
                "--map OLD=NEW says where one is now; --force goes on with changed ones");
        }
    }

    private void CheckConnections(ObjectBuilder objects)
    {
        IReadOnlyList<string> lost = objects.FindLostConnections();
        if (lost.Count > 0 && !choices.Force)
        {
            throw new BadInputException(
                $"'{image.Path}': {string.Join("; ", lost)}. --force goes on as if the other side had reset " +
                $"{(lost.Count == 1 ? "it" : "them")}");
        }
    }

    private void CheckSegments(ObjectBuilder objects)
    {
        IReadOnlyList<string> changed = objects.FindChangedSegments();
        if (changed.Count > 0)
            throw new BadInputException($"'{image.Path}': {string.Join("; ", changed)}");
    }

    private IEnumerable<(int Number, FileObject Saved)> SavedFiles() => image.Processes
        .SelectMany(p => p.Descriptors)
        .DistinctBy(d => image.Descriptions[d.Description].ObjectIndex)
        .Select(d => (d.Number, image.Objects[image.Descriptions[d.Description].ObjectIndex] as FileObject))
        .Where(f => f.Item2 is not null)
        .Select(f => (f.Number, f.Item2!));
}

using Microsoft.Win32.SafeHandles;
using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Node.Moves;
using Popcorn.Node.Objects;
using Popcorn.Node.Processes;
using Popcorn.Node.Programs;
using Popcorn.Wire.Image;
using Popcorn.Wire.Restore;

namespace Popcorn.Node.Checkpoints;

/// <summary>Starts a process from an image. The image is only read, so it can be restored any number of
/// times.</summary>
public sealed class ImageRestorer(ImageFile image, RestoreChoices choices, MoveLimits limits)
{
    // asm-generic/unistd.h.
    private const ulong CallFcntl = 25;
    private const ulong CallEpollCtl = 21;
    private const ulong CallSetpgid = 154;
    private const ulong CallSetsid = 157;

    /// <summary>The program runs when this returns; on any exception nothing of it has run.</summary>
    public ProgramProcess Restore(ProgramFiles program, ProcessLauncher launcher, IsaHost host)
    {
        ArgumentNullException.ThrowIfNull(launcher);
        ArgumentNullException.ThrowIfNull(program);
        CheckUser();
        CheckFiles();
        ImageProcess process = image.Processes[0];
        // Its start takes as long as the objects do.
        launcher.Unit.Prepare(ProcessUnit.RootIndex, (uint)process.Kinship.Pid);
        using RestoreTarget restoring = RestoreTarget.Start(launcher, host);
        IReadOnlyList<CapturedThread> threads = image.ReadThreads(process, program.Map);
        using ObjectBuilder objects = new(image, choices, launcher.InheritedDescriptors);
        objects.Build();
        try
        {
            restoring.WaitStarted(limits.Start);
            Send(process, program, launcher, restoring, threads, objects);
        }
        catch (LinuxCallException e)
        {
            throw restoring.Explain(e);
        }
        restoring.WaitReady();
        TraitsOf(process).Apply(restoring.Process);
        ProgramProcess restored = restoring.Go();
        // The terminal may have another size than the one the program last saw.
        _ = restored.Child.Signal(SignalNumbers.WindowSize);
        return restored;
    }

    private void Send(
        ImageProcess process, ProgramFiles program, ProcessLauncher launcher, RestoreTarget restoring,
        IReadOnlyList<CapturedThread> threads, ObjectBuilder objects)
    {
        ScriptSender sender = restoring.Sender;
        foreach (int inherited in launcher.InheritedDescriptors)
        {
            if (!process.Descriptors.Any(d => d.Number == inherited))
                RestoreScriptWriter.Close(sender.Frames, inherited);
        }
        Wire.Control.ArenaEntry[] mappings = [.. process.Mappings.Select(m => m.Entry)];
        Dictionary<ulong, MappingOrigin> origins = process.Mappings.Where(m => m.Path.Length > 0)
            .ToDictionary(m => m.Entry.Start, m => (MappingOrigin)new PathOrigin(choices.Map(m.Path)));
        new MemoryLayout(mappings).Replace(MemoryLayout.None, sender.Frames);
        RestoreScript.MapObjects(sender.Frames, mappings, origins);
        restoring.Synchronise();
        using (RemoteMemory memory = new(restoring.Process.Child.Pid))
            image.ReadMemory(0, memory.Write);
        RestoreScript.Protect(sender.Frames, mappings);
        RestoreScriptWriter.WorkingDirectory(sender.Frames, choices.Map(process.WorkingDirectory));
        RestoreScriptWriter.FileModeMask(sender.Frames, process.FileModeMask);
        SendKinship(sender, process.Kinship);
        foreach (ImageDescriptor descriptor in process.Descriptors)
        {
            if (objects[descriptor.Description] is SafeFileHandle file)
                sender.SendDescriptor(file, descriptor.Number, descriptor.CloseOnExec);
        }
        SendPollEntries(sender, process);
        SendRecordLocks(sender, process);
        RestoreScript.SendThreads(sender, threads, program.Load(restoring.Process.Isa));
        RestoreScriptWriter.Commit(sender.Frames);
        sender.Flush();
    }

    private static ProcessTraits TraitsOf(ImageProcess process) =>
        new(process.Limits, [.. process.Threads.Select(t => new ThreadTraits(t.Slot, t.Nice, t.Affinity))]);

    private static void SendKinship(ScriptSender sender, ImageKinship kinship)
    {
        if (kinship.Session == kinship.Pid)
            RestoreScriptWriter.Call(sender.Frames, CallSetsid, [], [], pointers: 0);
        else if (kinship.Group == kinship.Pid)
            RestoreScriptWriter.Call(sender.Frames, CallSetpgid, [0, 0], [], pointers: 0);
    }

    /// <summary>An epoll set remembers numbers, which are right in the process itself only.</summary>
    private void SendPollEntries(ScriptSender sender, ImageProcess process)
    {
        HashSet<int> done = [];
        foreach (ImageDescriptor descriptor in process.Descriptors)
        {
            bool isSet = image.Objects[image.Descriptions[descriptor.Description].ObjectIndex] is PollSetObject;
            if (!isSet || !done.Add(descriptor.Description))
                continue;
            PollSetObject set = (PollSetObject)image.Objects[image.Descriptions[descriptor.Description].ObjectIndex];
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

    private static void SendRecordLocks(ScriptSender sender, ImageProcess process)
    {
        foreach (ImageRecordLock held in process.RecordLocks)
        {
            const ulong SetLock = 6; // F_SETLK
            const int StartOffset = 8;
            byte[] data = new byte[32];
            data[0] = held.Exclusive ? (byte)1 : (byte)0;
            _ = BitConverter.TryWriteBytes(data.AsSpan(StartOffset), held.Start);
            _ = BitConverter.TryWriteBytes(data.AsSpan(StartOffset + 8), held.Bytes);
            RestoreScriptWriter.Call(
                sender.Frames, CallFcntl, [(ulong)held.Descriptor, SetLock, 0], data, pointers: 1 << 2);
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
            foreach (ImageMapping mapping in process.Mappings.Where(m => m.Path.Length > 0))
            {
                if (!File.Exists(choices.Map(mapping.Path)))
                    wrong.Add(
                        $"'{choices.Map(mapping.Path)}' (mapped at 0x{mapping.Entry.Start:x}) is not there any more");
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

    private IEnumerable<(int Number, FileObject Saved)> SavedFiles() => image.Processes
        .SelectMany(p => p.Descriptors)
        .DistinctBy(d => image.Descriptions[d.Description].ObjectIndex)
        .Select(d => (d.Number, image.Objects[image.Descriptions[d.Description].ObjectIndex] as FileObject))
        .Where(f => f.Item2 is not null)
        .Select(f => (f.Number, f.Item2!));
}

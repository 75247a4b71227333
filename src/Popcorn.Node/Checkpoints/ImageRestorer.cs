using Microsoft.Win32.SafeHandles;
using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Node.Moves;
using Popcorn.Node.Processes;
using Popcorn.Node.Programs;
using Popcorn.Wire.Image;
using Popcorn.Wire.Restore;

namespace Popcorn.Node.Checkpoints;

/// <summary>Starts a process from an image. The image is only read, so it can be restored any number of
/// times.</summary>
public static class ImageRestorer
{
    /// <summary>The program runs when this returns; on any exception nothing of it has run.</summary>
    public static ProgramProcess Restore(
        ImageFile image, ProgramFiles program, ProcessLauncher launcher, IsaHost host, MoveLimits limits)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(launcher);
        ArgumentNullException.ThrowIfNull(limits);
        CheckFiles(image);
        IReadOnlyList<CapturedThread> threads = image.ReadThreads(program.Map);
        using RestoreTarget restoring = RestoreTarget.Start(launcher, host, (uint)image.Program.Pid);
        try
        {
            restoring.WaitStarted(limits.Start);
            Send(image, program, launcher, restoring, threads);
        }
        catch (LinuxCallException e) when (e.Call is "send" or "sendmsg")
        {
            throw restoring.ExplainSendFailure(e);
        }
        restoring.WaitReady();
        return restoring.Go();
    }

    private static void Send(
        ImageFile image, ProgramFiles program, ProcessLauncher launcher, RestoreTarget restoring,
        IReadOnlyList<CapturedThread> threads)
    {
        using ScriptSender sender = new(restoring.Socket);
        foreach (int inherited in launcher.InheritedDescriptors)
        {
            if (!image.Descriptors.Any(d => d.Number == inherited))
                RestoreScriptWriter.Close(sender.Frames, inherited);
        }
        Wire.Control.ArenaEntry[] mappings = [.. image.Mappings.Select(m => m.Entry)];
        Dictionary<ulong, string> paths =
            image.Mappings.Where(m => m.Entry.IsFile).ToDictionary(m => m.Entry.Start, m => m.Path);
        RestoreScript.Map(sender.Frames, mappings, paths);
        ulong offset = 0;
        foreach (ImagePageRun run in image.Runs)
        {
            ulong start = offset;
            sender.SendMemory(
                new PageRange(run.Start, run.Start + run.Bytes),
                (address, buffer) => image.ReadPages(start + (address - run.Start), buffer));
            offset += run.Bytes;
        }
        RestoreScript.Protect(sender.Frames, mappings);
        // Paths of descriptors may be relative to nothing, so the order of directory and files does not matter.
        RestoreScriptWriter.WorkingDirectory(sender.Frames, image.Program.WorkingDirectory);
        RestoreScriptWriter.FileModeMask(sender.Frames, image.Program.FileModeMask);
        foreach (ImageDescriptor descriptor in image.Descriptors)
            SendDescriptor(sender, descriptor, launcher.InheritedDescriptors);
        RestoreScript.SendThreads(sender, threads, program.Load(restoring.Process.Isa));
        RestoreScriptWriter.Commit(sender.Frames);
        sender.Flush();
    }

    private static void SendDescriptor(
        ScriptSender sender, ImageDescriptor descriptor, IReadOnlyList<int> inherited)
    {
        if (descriptor.Kind == ImageDescriptorKind.Inherited)
        {
            if (!inherited.Contains(descriptor.Number))
                return;
            // Ours, and stays open when this handle goes.
            using SafeFileHandle ours = new(descriptor.Number, ownsHandle: false);
            sender.SendDescriptor(ours, descriptor.Number, descriptor.CloseOnExec);
            return;
        }
        uint closeOnExec = descriptor.CloseOnExec ? 0x80000u : 0;
        RestoreScriptWriter.Open(
            sender.Frames, descriptor.Number, descriptor.Flags | closeOnExec, descriptor.Position, descriptor.Path);
    }

    /// <summary>Names every file that is missing at once, instead of the first one the runtime stumbles over.</summary>
    private static void CheckFiles(ImageFile image)
    {
        List<string> missing = [];
        foreach (ImageDescriptor descriptor in image.Descriptors.Where(d => d.Kind == ImageDescriptorKind.File))
        {
            if (!File.Exists(descriptor.Path) && !Directory.Exists(descriptor.Path))
                missing.Add($"'{descriptor.Path}' (descriptor {descriptor.Number})");
        }
        foreach (ImageMapping mapping in image.Mappings.Where(m => m.Entry.IsFile && !File.Exists(m.Path)))
            missing.Add($"'{mapping.Path}' (mapped at 0x{mapping.Entry.Start:x})");
        if (!Directory.Exists(image.Program.WorkingDirectory))
            missing.Add($"'{image.Program.WorkingDirectory}' (working directory)");
        if (missing.Count > 0)
            throw new BadInputException(
                $"{image.Path}: files the program had open are gone: {string.Join(", ", missing)}");
    }
}

using Microsoft.Win32.SafeHandles;
using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Node.Processes;

namespace Popcorn.Node.Machine;

/// <summary>Tries each kernel feature once, on a child of our own. Null means it works; else why it does not.</summary>
internal static class KernelProbes
{
    private const int ProbeDescriptor = 9;

    public static string? MemoryFile() => Try(() => ProcessUnit.Create().Dispose());

    public static string? RemoteRead() => WithChild(child =>
    {
        using RemoteMemory memory = new(child.Pid);
        MapLine line = ProcessFiles.Maps(child.Pid).First();
        memory.Read(line.Start, new byte[16]);
    });

    public static string? DescriptorTheft() => WithChild(child =>
    {
        using SafeFileHandle duplicate = child.Duplicate(ProbeDescriptor);
    });

    public static string? PageMap() => WithChild(child =>
    {
        using PresentPages pages = new(child.Pid);
        MapLine stack = ProcessFiles.Maps(child.Pid).First(l => l.Path == "[stack]");
        List<PageRange> found = [];
        pages.Find(new PageRange(stack.Start, stack.End), found);
        if (found.Count == 0)
            throw new PopcornException("the kernel shows no page of a running process's stack");
    });

    /// <summary>A child that does nothing but live: sleep(1), with one descriptor we know.</summary>
    private static string? WithChild(Action<ChildProcess> probe) => Try(() =>
    {
        using ProcessUnit unit = ProcessUnit.Create();
        SpawnRequest request = new(
            "/bin/sleep", ["sleep", "60"], [], [(unit.Descriptor, ProbeDescriptor)], default, default);
        using ChildProcess child = ChildProcess.Start(request);
        try
        {
            probe(child);
        }
        finally
        {
            _ = child.Signal(SignalNumbers.Kill);
            _ = child.Reap();
        }
    });

    private static string? Try(Action probe)
    {
        try
        {
            probe();
            return null;
        }
        catch (Exception e) when (e is PopcornException or IOException or InvalidOperationException)
        {
            return e.Message;
        }
    }
}

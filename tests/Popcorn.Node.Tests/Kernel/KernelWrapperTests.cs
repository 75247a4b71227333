using System.Diagnostics;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Popcorn.Linux;

namespace Popcorn.Node.Tests.Kernel;

/// <summary>The wrappers against the real kernel, on a child that does nothing.</summary>
public class KernelWrapperTests
{
    private static Patience NoPatience { get; } = new(() => 0, idleMax: default, workMax: default);

    [Fact]
    public void Child_IsStarted_Signalled_AndReaped()
    {
        using ChildProcess child = Start("/bin/sleep", "60");

        Assert.False(child.TryReap(out _));
        Assert.True(child.Signal(SignalNumbers.Terminate));

        Assert.Equal(new ExitStatus(BySignal: true, SignalNumbers.Terminate), child.Reap());
        Assert.False(child.Signal(SignalNumbers.Terminate));
    }

    [Fact]
    public void MissingProgram_IsALinuxCallException()
    {
        LinuxCallException e = Assert.Throws<LinuxCallException>(() => Start("/nonexistent/program"));

        Assert.Equal(Errno.NoEntry, e.Errno);
        Assert.Contains("/nonexistent/program", e.Message);
    }

    /// <summary>qemu-user has a thread of its own, which may be the last one to go.</summary>
    [Fact]
    public void ProcessWhoseFirstThreadHasEnded_IsNoZombie_BeforeTheLastHas()
    {
        ProcessStartInfo start = new(Repository.Leaderless) { RedirectStandardInput = true };
        using Process process = Process.Start(start)!;
        bool HasNoLeader() => ProcessFiles.Facts(process.Id).State == 'Z';

        Assert.True(SpinWait.SpinUntil(HasNoLeader, TimeSpan.FromSeconds(20)));
        Assert.False(ProcessFiles.Facts(process.Id).IsZombie);

        process.StandardInput.Close();
        process.WaitForExit();
        Assert.Equal(7, process.ExitCode);
    }

    [Fact]
    public void VanishedProcess_HasNoCommandLine_AndNoFacts()
    {
        using ChildProcess child = Start("/bin/true");
        _ = child.Reap();

        Assert.Empty(ProcessFiles.CommandLine(child.Pid));
        Assert.Throws<FileNotFoundException>(() => ProcessFiles.Facts(child.Pid));
    }

    [Fact]
    public void RemoteMemory_ReadsWhatTheChildHas()
    {
        using ChildProcess child = Start("/bin/sleep", "60");
        using RemoteMemory memory = new(child.Pid);
        MapLine program = ProcessFiles.Maps(child.Pid).First(m => m.Path.EndsWith("sleep", StringComparison.Ordinal));
        byte[] start = new byte[4];

        memory.Read(program.Start, start);

        Assert.Equal("\u007fELF", Encoding.Latin1.GetString(start));
        Assert.False(memory.TryRead(0x1000, start, out int errno));
        Assert.Equal(Errno.Fault, errno);
        child.Signal(SignalNumbers.Kill);
        child.Reap();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void PresentPages_FindsTheTouchedPagesOfThisProcess(bool entriesOnly)
    {
        using PageMapping memory = PageMapping.Anonymous(64 * 4096);
        foreach (int page in (int[])[3, 4, 5, 40])
            memory.Span[page * 4096] = 1;
        using PresentPages present = new(Environment.ProcessId) { ReadEntriesOnly = entriesOnly };
        ulong start = (ulong)memory.DangerousGetHandle();
        List<PageRange> found = [];

        present.Find(new PageRange(start, start + 64 * 4096), found);

        Assert.Equal(
            [new(start + 3 * 4096, start + 6 * 4096), new(start + 40 * 4096, start + 41 * 4096)], found);
    }

    [Fact]
    public void DescriptorSocket_CarriesBytesAndADescriptor()
    {
        (DescriptorSocket ours, DescriptorSocket theirs) =
            DescriptorSocket.CreatePair(1 << 16, NoPatience);
        using (ours)
        using (theirs)
        {
            string path = Path.Combine(Repository.Scratch("descriptor"), "file");
            File.WriteAllText(path, "through the socket");
            using SafeFileHandle file = File.OpenHandle(path);

            ours.Send("hello"u8, file);

            byte[] buffer = new byte[16];
            int count = theirs.Receive(buffer, out SafeFileHandle? passed);
            Assert.Equal("hello", Encoding.UTF8.GetString(buffer, 0, count));
            using FileStream stream = new(passed!, FileAccess.Read);
            Assert.Equal("through the socket", new StreamReader(stream).ReadToEnd());
        }
    }

    [Fact]
    public void DescriptorSocket_WhosePeerIsGone_IsAnExceptionAndNoSignal()
    {
        (DescriptorSocket ours, DescriptorSocket theirs) =
            DescriptorSocket.CreatePair(1 << 16, NoPatience);
        theirs.Dispose();

        Assert.Equal(Errno.BrokenPipe, Assert.Throws<LinuxCallException>(() => ours.Send("x"u8)).Errno);
        ours.Dispose();
    }

    [Fact]
    public void HostText_KeepsEveryByteOfArgumentsThatAreNoText()
    {
        byte[][] samples =
        [
            [], "plain"u8.ToArray(), "κόσμε 🌍"u8.ToArray(), [0xFF, 0x28, 0xC3], [0xED, 0xB2, 0x80], [0xF0, 0x9F, 0x8C],
            [.. Enumerable.Range(1, 255).Select(b => (byte)b)],
        ];
        foreach (byte[] sample in samples)
            Assert.Equal(sample, HostText.Encode(HostText.Decode(sample)));
        Assert.Equal("κόσμε 🌍", HostText.Decode("κόσμε 🌍"u8));
    }

    private static ChildProcess Start(string path, params string[] arguments) =>
        ChildProcess.Start(new SpawnRequest(path, [path, .. arguments], [], [], default, default));
}

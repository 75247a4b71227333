using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Node.Programs;
using Popcorn.Wire.Agent;

namespace Popcorn.Node.Tests.Moves;

/// <summary>Pages that the kernel says are unwritten are copied no more; where it cannot say, pages are
/// compared.</summary>
public partial class WriteTrackingTests
{
    private const ulong Page = PresentPages.PageBytes;

    /// <summary>What the program writes again and again, the same each time.</summary>
    private const long RewrittenBytes = 4 << 20;

    private const long LittleBytes = 2 << 20;

    private const int NativeMoves = 20;
    private const int DeathsWhileCopied = 10;

    private static bool KernelTells => Environment.OSVersion.Version >= new Version(6, 7);

    [Fact]
    public void WriteTracker_TellsWhatIsWrittenBetweenTwoCalls()
    {
        Assert.SkipUnless(KernelTells, "PAGEMAP_SCAN is of Linux 6.7");
        using PageMapping memory = PageMapping.Anonymous(64 * (int)Page);
        ulong start = (ulong)memory.DangerousGetHandle();
        PageRange whole = Pages(start, 0, 64);
        Touch(memory, 3, 4, 5, 40);
        using WriteTracker? writes = WriteTracker.TryBegin(CreateUserfaultfd(), Environment.ProcessId, [whole]);
        Assert.NotNull(writes);

        Assert.Equal([Pages(start, 3, 6), Pages(start, 40, 41)], writes.TakeWritten([whole]));
        Assert.Empty(writes.TakeWritten([whole]));
        Touch(memory, 4, 50);
        Assert.Equal([Pages(start, 3, 4), Pages(start, 5, 6), Pages(start, 40, 41)], writes.FindUnwritten([whole]));
        Assert.Equal([Pages(start, 4, 5), Pages(start, 50, 51)], writes.TakeWritten([whole]));
        Touch(memory, 5);
        Assert.Equal([Pages(start, 3, 4)], writes.FindUnwritten([Pages(start, 0, 4)]));
        Assert.Equal(
            [Pages(start, 3, 5), Pages(start, 40, 41), Pages(start, 50, 51)], writes.FindUnwritten([whole]));
    }

    /// <summary>So is memory that was mapped since.</summary>
    [Fact]
    public void WriteTracker_PassesOverWhatIsNotItsOwn()
    {
        Assert.SkipUnless(KernelTells, "PAGEMAP_SCAN is of Linux 6.7");
        using PageMapping memory = PageMapping.Anonymous(8 * (int)Page);
        ulong start = (ulong)memory.DangerousGetHandle();
        Touch(memory, 1, 6);
        using WriteTracker? writes =
            WriteTracker.TryBegin(CreateUserfaultfd(), Environment.ProcessId, [Pages(start, 0, 4)]);
        Assert.NotNull(writes);

        Assert.Equal([Pages(start, 1, 2)], writes.TakeWritten([Pages(start, 0, 8)]));
        Assert.Equal([Pages(start, 1, 2)], writes.FindUnwritten([Pages(start, 0, 8)]));
    }

    /// <summary>How much it writes again between the last copy and its parking is the scheduler's choice.</summary>
    [Fact]
    public void Tracking_CopiesWhatIsWritten_AndComparesUnderAnEmulator()
    {
        using RunningProgram program = new(["run", "--isa", "aarch64", "--", Repository.Rewriter]);
        Assert.Equal("ready", program.ReadLine());
        Check(program);

        long compared = StillBytes(program, Isa.X86_64);
        Check(program);
        long written = 0;
        for (int i = 0; i < NativeMoves && written <= compared; i++)
        {
            written = StillBytes(program, Isa.X86_64);
            Check(program);
        }

        Assert.InRange(compared, 0, LittleBytes);
        if (KernelTells)
            Assert.InRange(written, compared + 1, compared + RewrittenBytes + LittleBytes);
    }

    /// <summary>Whenever that happens, it is what the answer says.</summary>
    [Fact]
    public async Task ProgramThatEndsWhileItIsCopied_IsSaidToHaveEnded()
    {
        for (int i = 0; i < DeathsWhileCopied; i++)
        {
            using RunningProgram program = new(["run", "--", Repository.Rewriter]);
            Assert.Equal("ready", program.ReadLine());
            int pid = program.Status.HostPid;
            Task<(int ExitCode, string Output, string Errors)> move =
                Task.Run(() => program.Popcorn("migrate", $"{pid}", "--to", "x86_64"));
            // Its target is there: it is copied now. Once it has moved it is another process.
            Assert.True(SpinWait.SpinUntil(
                () => move.IsCompleted || ProcessFiles.Children(program.SupervisorPid).Count > 1,
                TimeSpan.FromSeconds(20)));
            using (Process kill = Process.Start("/bin/kill", ["-KILL", $"{pid}"]))
                await kill.WaitForExitAsync(TestContext.Current.CancellationToken);

            (int code, _, string errors) = await move;

            Assert.True(code == 0 || !errors.Contains("PAGEMAP_SCAN", StringComparison.Ordinal), errors);
        }
    }

    /// <summary>It goes on after each, written to as before, and each image has the memory of its moment.</summary>
    [Theory]
    [InlineData(Isa.X86_64)]
    [InlineData(Isa.RiscV64)]
    public void Checkpoints_HaveWhatWasWrittenMeanwhile(Isa target)
    {
        string folder = Repository.Scratch($"tracking-{target.Name()}");
        using RunningProgram program = new(["run", "--", Repository.Rewriter]);
        Assert.Equal("ready", program.ReadLine());
        Check(program);
        string first = Path.Combine(folder, "first");
        string second = Path.Combine(folder, "second");

        Save(program, first);
        Check(program);
        Save(program, second, "--parent", first);
        Check(program);

        Assert.Equal((0, "", ""), program.Finish());
        foreach (string image in (string[])[first, second])
        {
            using RunningProgram restored = new(["restore", "--isa", target.Name(), image]);
            Check(restored);
            Check(restored);
            Assert.Equal((0, "", ""), restored.Finish());
        }
    }

    private static void Save(RunningProgram program, string image, params string[] options)
    {
        (int code, _, string errors) =
            program.Popcorn(["checkpoint", $"{program.Status.Pid}", "-o", image, "--no-sync", .. options]);
        Assert.True(code == 0, errors);
    }

    private static void Check(RunningProgram program)
    {
        program.Send("check");
        Assert.Equal("PASS", program.ReadLine());
    }

    private static long StillBytes(RunningProgram program, Isa target)
    {
        (int code, string output, string errors) = program.Migrate(target, "--json");
        Assert.True(code == 0, errors);
        return System.Text.Json.JsonSerializer.Deserialize(output, AgentJson.Default.MoveReport)!.StillBytes;
    }

    private static PageRange Pages(ulong start, ulong first, ulong end) =>
        new(start + first * Page, start + end * Page);

    private static void Touch(PageMapping memory, params int[] pages)
    {
        foreach (int page in pages)
            memory.Span[page * (int)Page]++;
    }

    private static SafeFileHandle CreateUserfaultfd()
    {
        const int CloseOnExecUserModeOnly = 0x80000 | 1;
        nint number = IsaHost.NativeIsa == Isa.X86_64 ? 323 : 282;
        int fd = (int)Syscall(number, CloseOnExecUserModeOnly);
        Assert.True(fd >= 0, Marshal.GetLastPInvokeErrorMessage());
        return new SafeFileHandle(fd, ownsHandle: true);
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Syscall(nint number, nint argument);
}

using Popcorn.Linux;

namespace Popcorn.Node.Tests.Kernel;

/// <summary>A process that works is waited for, one that does nothing or no end of work is not.</summary>
public class PatienceTests
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    [Fact]
    public void ProcessThatDoesNothing_IsGivenUp()
    {
        using ChildProcess child = Start("sleep 60");
        Patience patience = new(() => child.Pid, idleMax: Short, workMax: Long);

        patience.Begin();

        Assert.False(patience.IsOver());
        Assert.True(SpinWait.SpinUntil(patience.IsOver, Long));
        Assert.Equal("it has done nothing for 1.5 s", patience.Describe());
        End(child);
    }

    [Fact]
    public void ProcessThatWorks_IsWaitedFor_ButNotForEver()
    {
        using ChildProcess child = Start("while :; do :; done");
        Patience patience = new(() => child.Pid, idleMax: Long, workMax: Short);

        patience.Begin();
        long before = ProcessFiles.ProcessorTicks(child.Pid);

        Assert.True(SpinWait.SpinUntil(() => ProcessFiles.ProcessorTicks(child.Pid) > before + 1, Long));
        Assert.True(SpinWait.SpinUntil(patience.IsOver, Long));
        Assert.Equal("it has been at work for 1.5 s", patience.Describe());
        End(child);
    }

    /// <summary>It works a tenth of the time, and so never idles for long.</summary>
    [Fact]
    public void Work_BeginsTheWaitAnew()
    {
        using ChildProcess child = Start("while :; do i=0; while ((i++ < 20000)); do :; done; sleep 0.3; done");
        Patience patience = new(() => child.Pid, idleMax: TimeSpan.FromSeconds(5), workMax: TimeSpan.FromMinutes(5));

        patience.Begin();

        Assert.False(SpinWait.SpinUntil(patience.IsOver, TimeSpan.FromSeconds(8)));
        End(child);
    }

    [Fact]
    public void Socket_GivesUpAPeerThatNeitherReadsNorWorks()
    {
        using ChildProcess child = Start("sleep 60");
        (DescriptorSocket ours, DescriptorSocket theirs) =
            DescriptorSocket.CreatePair(1 << 16, new Patience(() => child.Pid, idleMax: Short, workMax: Long));
        using (ours)
        using (theirs)
        {
            Assert.Equal(
                Errno.Again, Assert.Throws<LinuxCallException>(() => ours.Receive(new byte[1], out _)).Errno);
            Assert.Equal(Errno.Again, Assert.Throws<LinuxCallException>(() => ours.Send(new byte[1 << 23])).Errno);
        }
        End(child);
    }

    private static ChildProcess Start(string script) => ChildProcess.Start(
        new SpawnRequest("/bin/bash", ["bash", "-c", script], [], [], default, default));

    private static void End(ChildProcess child)
    {
        _ = child.Signal(SignalNumbers.Kill);
        _ = child.Reap();
    }
}

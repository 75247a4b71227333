using Popcorn.Core;

namespace Popcorn.Node.Tests;

/// <summary>A checkpoint restored where the kernel's clocks say something else, as after a reboot.</summary>
public class ClockTests
{
    [Theory]
    [InlineData(-60, Isa.X86_64)]
    [InlineData(-60, Isa.AArch64)]
    [InlineData(100000, Isa.RiscV64)]
    public void RestoredWhereTheClocksDiffer_TheyGoOnFromWhereTheyStood(int seconds, Isa isa)
    {
        string image = Path.Combine(Repository.Scratch($"clocks{seconds}-{isa.Name()}"), "image");
        using (RunningProgram original = new(["run", "--", Repository.Survivors("clocks"), "continue_after_restore"]))
        {
            Assert.StartsWith("ready ", original.ReadLine());
            (int saved, _, string errors) =
                original.Popcorn("checkpoint", $"{original.Status.Pid}", "-o", image, "--stop");
            Assert.True(saved == 0, errors);
        }

        string[] user = Environment.IsPrivilegedProcess ? [] : ["--user", "--map-root-user"];
        using RunningProgram restored = new(
            ["restore", image, "--isa", isa.Name()],
            below: ["unshare", .. user, "--time", $"--monotonic={seconds}", $"--boottime={seconds}", "--fork", "--"]);
        restored.Send("go");

        Assert.Equal((0, "PASS\n", ""), restored.Wait());
    }
}

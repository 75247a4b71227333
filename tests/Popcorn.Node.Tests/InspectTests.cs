using System.Globalization;
using System.Text.RegularExpressions;
using Popcorn.Core;

namespace Popcorn.Node.Tests;

public partial class InspectTests
{
    /// <summary>The loop's values are in no record: its code keeps them in memory while it is parked.</summary>
    [Theory]
    [InlineData(Isa.X86_64, Isa.AArch64)]
    [InlineData(Isa.AArch64, Isa.RiscV64)]
    [InlineData(Isa.RiscV64, Isa.X86_64)]
    public void LoopParkedAtItsPoint_ShowsItsValues_BeforeAndAfterAMoveAndInAnImage(Isa from, Isa to)
    {
        string image = Path.Combine(Repository.Scratch($"inspect-{from.Name()}"), "image");
        using RunningProgram program = new(["run", "--isa", from.Name(), "--", Repository.Twins]);
        Assert.Equal("ready", program.ReadLine());

        AssertTwins(program, $"{program.Status.Pid}");
        Assert.Equal(0, program.Migrate(to).ExitCode);
        AssertTwins(program, $"{program.Status.Pid}");
        Assert.Equal(0, program.Popcorn("checkpoint", $"{program.Status.Pid}", "-o", image).ExitCode);
        AssertTwins(program, image);
    }

    private static void AssertTwins(RunningProgram program, string what)
    {
        (int code, string output, string errors) = program.Popcorn("inspect", what);

        Assert.True(code == 0, errors);
        ulong[] values = [.. SavedInteger().Matches(output)
            .Select(m => unchecked((ulong)long.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)))];
        Assert.True(values.Any(a => values.Contains(unchecked(3 * a))), output);
    }

    /// <summary>As in <c>%1  i64  -42  [dsp-0x8]  [dsp-0x8]  [dsp-0x8]</c>.</summary>
    [GeneratedRegex(@"\bi64 +(-?\d+) +(\[dsp-0x[0-9a-f]+\]) +\2 +\2")]
    private static partial Regex SavedInteger();
}

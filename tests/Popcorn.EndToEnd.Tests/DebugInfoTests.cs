using Popcorn.Core;

namespace Popcorn.EndToEnd.Tests;

/// <summary><c>-g</c> survives the passes: gdb finds source lines in each ISA's executable, and stops at one on this machine.</summary>
public class DebugInfoTests
{
    private static readonly Lazy<string> Executable = new(() =>
    {
        string executable = Path.Combine(Repository.Scratch("debug"), "recursion");
        CommandResult built = Command.Run(Repository.Popcorn,
            ["cc", "-g", "-O1", Path.Combine(Repository.Cases("programs"), "recursion.c"), "-o", executable]);
        Assert.True(built.ExitCode == 0, built.Errors);
        return executable;
    });

    [Theory]
    [InlineData(Isa.X86_64)]
    [InlineData(Isa.AArch64)]
    [InlineData(Isa.RiscV64)]
    public void Gdb_FindsTheSourceLineOfAFunction(Isa isa)
    {
        CommandResult gdb = Command.Run("gdb-multiarch",
            ["-nx", "-batch", "-ex", "info line descend", Path.Combine(Executable.Value + ".popcorn", isa.Name())]);

        Assert.Matches(@"Line \d+ of "".*recursion\.c""", gdb.Output);
    }

    [Fact]
    public void Gdb_StopsAtABreakpointAndShowsTheStack()
    {
        CommandResult gdb = Command.Run("gdb-multiarch",
            ["-nx", "-batch", "-ex", "break sum_chain", "-ex", "run", "-ex", "backtrace 3", Executable.Value]);

        Assert.Matches(@"#0 .*(sum_chain|descend) ?\(.*recursion\.c:\d+", gdb.Output);
        Assert.Matches(@"#1 .*descend ?\(.*recursion\.c:\d+", gdb.Output);
    }
}

using System.Text.Json;

namespace Popcorn.EndToEnd.Tests;

/// <summary>A program whose first process executes another program is supervised, and moved, as that.</summary>
public class ExecuteTests
{
    // Both go round long enough to be moved; the data of the second lies where the first has none.
    private const string Source = """
        #include <stdio.h>
        #include <unistd.h>
        #ifdef SECOND
        static char room[1 << 20] = { 1 };
        #else
        static char room[16];
        #endif
        int main(int argc, char **argv)
        {
            unsigned sum = 0, state = 1;
            do sum += state % 7 + room[state % sizeof room], state = (state * 1103515245 + 12345) % 8192; while (state != 1);
            printf("%s: %u\n", argv[1], sum);
            fflush(stdout);
            if (argc > 2)
                execl(argv[2], argv[2], "second", (char *)0);
            return 3;
        }
        """;

    [Fact]
    public void TheProgramThatTheFirstProcessExecutes_IsMovedOn()
    {
        string folder = Repository.Scratch("execute");
        string source = Path.Combine(folder, "both.c");
        string log = Path.Combine(folder, "moves.log");
        File.WriteAllText(source, Source);
        File.Delete(log);
        Build(source, Path.Combine(folder, "first"));
        Build(source, Path.Combine(folder, "second"), "-DSECOND");
        string[] command = [Path.Combine(folder, "first"), "first", Path.Combine(folder, "second")];

        CommandResult unmoved = Command.Run(command[0], command[1..], folder: folder);
        CommandResult moved = Command.Run(
            Repository.Popcorn,
            ["run", "--migrate-every", "100", "--log", log, "--ring", "x86_64,aarch64,riscv64", "--", .. command],
            folder: folder);

        Assert.Equal((3, ""), (unmoved.ExitCode, unmoved.Errors));
        Assert.Equal(unmoved, moved);
        List<JsonElement> events = [.. File.ReadLines(log).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.DoesNotContain(events, e => e.GetProperty("event").GetString() == "stayed");
        // Some seventeen of each.
        Assert.True(events.Count(e => e.GetProperty("event").GetString() == "moved") >= 16, File.ReadAllText(log));
    }

    private static void Build(string source, string output, params string[] flags)
    {
        CommandResult build = Command.Run(Repository.Popcorn, ["cc", "-O1", .. flags, source, "-o", output]);
        Assert.True(build.ExitCode == 0, build.Errors);
    }
}

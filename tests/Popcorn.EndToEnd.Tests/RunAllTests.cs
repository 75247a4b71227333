using System.Text.Json;

namespace Popcorn.EndToEnd.Tests;

/// <summary><c>popcorn run --all</c>: programs that somebody else starts are moved all the same.</summary>
public class RunAllTests
{
    // Prints its arguments byte by byte after a computation long enough to be moved in: 8192 rounds that nobody can
    // count beforehand, so each has a point (a counted loop of that length has none).
    private const string Source = """
        #include <stdio.h>
        #include <stdlib.h>
        int main(int argc, char **argv)
        {
            unsigned sum = 0, state = 1;
            do sum += state % 7, state = (state * 1103515245 + 12345) % 8192; while (state != 1);
            printf("%u %s\n", sum, getenv("TOLD"));
            for (int i = 0; i < argc; i++, puts("")) for (char *c = argv[i]; *c; c++) printf("%02x", (unsigned char)*c);
            return argc == 2 ? 3 : 0;
        }
        """;

    // Two at once, an argument that is no UTF-8, an environment variable likewise, another argv[0], a status. The one
    // that may have ten descriptors is started without a supervisor, which could not work with so few.
    private const string Script = """
        export TOLD="$(printf 'a\377\303')"
        ./told | { ./told one 'two three' "" "$(printf '\303\050\377')"; cat; }
        (ulimit -n 10; ./told few)
        exec -a another ./told last
        """;

    [Fact]
    public void ProgramsAScriptStarts_SeeWhatTheySeeUnmoved_AndAreMoved()
    {
        string folder = Repository.Scratch("run-all");
        string source = Path.Combine(folder, "told.c");
        string log = Path.Combine(folder, "moves.log");
        File.WriteAllText(source, Source);
        File.Delete(log);
        CommandResult build = Command.Run(Repository.Popcorn, ["cc", "-O1", source, "-o", Path.Combine(folder, "told")]);
        Assert.True(build.ExitCode == 0, build.Errors);

        CommandResult unmoved = Command.Run("bash", ["-c", Script], folder: folder);
        CommandResult moved = Command.Run(
            Repository.Popcorn,
            [
                "run", "--all", "--migrate-every", "50", "--growth", "2", "--log", log, "--ring",
                "x86_64,aarch64,riscv64", "--", "bash", "-c", Script,
            ],
            folder: folder);

        Assert.Equal((3, ""), (unmoved.ExitCode, unmoved.Errors));
        Assert.Equal(unmoved, moved);
        List<JsonElement> events = [.. File.ReadLines(log).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(3, events.Count(e => e.GetProperty("event").GetString() == "started"));
        Assert.True(events.Count(e => e.GetProperty("event").GetString() == "moved") >= 9, File.ReadAllText(log));
        Assert.DoesNotContain(events, e => e.GetProperty("event").GetString() == "stayed");
    }

    [Fact]
    public void ACommandThatDoesNotExist_IsAnError()
    {
        CommandResult result = Command.Run(Repository.Popcorn, ["run", "--all", "--", "/nowhere/at-all"]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("cannot start '/nowhere/at-all'", result.Errors, StringComparison.Ordinal);
    }
}

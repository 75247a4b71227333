namespace Popcorn.EndToEnd.Tests;

/// <summary>Other people's packages: the quickest of those that <c>tests/packages/run</c> knows, and its environment.</summary>
public class PackageTests
{
    /// <summary>Seconds on an idle machine; more when all of libc's code must be generated first.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);

    [Theory]
    [InlineData("zlib")]
    [InlineData("bzip2")]
    public void OwnTestSuite_EndsInTheRingAsItEndsUnmoved(string package)
    {
        string tool = Path.Combine(
            Repository.Root, "build", "dotnet", "bin", "Popcorn.Packages", "debug", "Popcorn.Packages");

        CommandResult result = Command.Run(tool, ["--ring", "--rebuild", package], deadline: Deadline);

        Assert.True(result.ExitCode == 0, result.Output + result.Errors);
        Assert.Contains($"| {package} |", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Environment_NamesToolsThatWork()
    {
        const string script = """
            set -e
            eval "$("$1" env)"
            mkdir -p "$2"
            cd "$2"
            printf 'int value(void) { return 42; }\n' >value.c
            printf 'int value(void); int main(void) { return value(); }\n' >main.c
            rm -f libvalue.a
            $CC -O1 -c value.c
            $AR cr libvalue.a value.o
            $RANLIB libvalue.a
            $NM libvalue.a | grep -q 'T value'
            $CC -O1 main.c -o main -L. -lvalue
            build_alias=
            . "$CONFIG_SITE"
            echo "$build_alias $ax_cv_c_float_words_bigendian $enable_shared"
            ./main
            """;

        CommandResult result = Command.Run(
            "sh", ["-c", script, "script", Repository.Popcorn, Repository.Scratch("environment")]);

        Assert.Equal((42, "none-unknown-linux-musl no no\n", ""), (result.ExitCode, result.Output, result.Errors));
    }
}

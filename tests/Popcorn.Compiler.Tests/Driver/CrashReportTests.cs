using Popcorn.Compiler.Driver;
using Popcorn.Core;

namespace Popcorn.Compiler.Tests.Driver;

/// <summary>The parent of the compiler, with a shell in the compiler's place.</summary>
public sealed class CrashReportTests
{
    [Fact]
    public void A_crash_is_reported_with_the_command_that_reproduces_it()
    {
        StringWriter errors = new();

        int exitCode = CrashReport.Guard("/bin/sh", ["-c", "kill -SEGV $$"], errors);

        Assert.Equal((int)ExitCode.InternalBug, exitCode);
        Assert.Contains("crashed (signal 11)", errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("/bin/sh -c 'kill -SEGV $$'", errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_module_in_work_is_kept_and_its_command_shown()
    {
        StringWriter errors = new();

        CrashReport.Guard("/bin/sh", ["-c", "echo >$POPCORN_CRASH_FOLDER/a-x86_64.bc; kill -SEGV $$"], errors);

        string line = errors.ToString().Split('\n').Single(l => l.Contains("llc-19", StringComparison.Ordinal));
        string module = line.Split(' ').Single(w => w.EndsWith("a-x86_64.bc", StringComparison.Ordinal));
        Assert.True(File.Exists(module));
        Directory.Delete(Path.GetDirectoryName(module)!, recursive: true);
    }

    [Fact]
    public void An_ordinary_exit_code_passes_through()
    {
        StringWriter errors = new();

        Assert.Equal(3, CrashReport.Guard("/bin/sh", ["-c", "exit 3"], errors));
        Assert.Equal("", errors.ToString());
    }
}

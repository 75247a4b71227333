using System.Diagnostics;
using System.Text.Json;
using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Wire.Agent;

namespace Popcorn.Node.Tests;

/// <summary>
/// A program under <c>popcorn run</c> (or <c>restore</c>) with its input and output in our hands, and a runtime folder
/// of its own, so that tests do not see each other's programs. Disposing ends it.
/// </summary>
internal sealed class RunningProgram : IDisposable
{
    private static int s_count;

    private readonly Process _process;
    private readonly string _runtimeFolder;
    private readonly Dictionary<string, string> _environment;
    private readonly Task<string> _errors;

    /// <param name="pathFirst">Folder to put first in PATH.</param>
    /// <param name="fileBlocksMax">Limit on the size of files it writes, in KiB (bash's <c>ulimit -f</c>).</param>
    /// <param name="below">A command and its options that execute popcorn, such as <c>setsid</c>.</param>
    public RunningProgram(
        string[] arguments, string? pathFirst = null, int? fileBlocksMax = null, string[]? below = null)
    {
        _runtimeFolder = Repository.Scratch($"runtime-{Interlocked.Increment(ref s_count)}");
        _environment = new() { ["XDG_RUNTIME_DIR"] = _runtimeFolder };
        if (pathFirst is not null)
            _environment["PATH"] = pathFirst + ":" + Environment.GetEnvironmentVariable("PATH");
        _process = fileBlocksMax is null
            ? below is null
                ? Start(Repository.Popcorn, arguments)
                : Start(below[0], [.. below[1..], Repository.Popcorn, .. arguments])
            : Start("/bin/bash",
                ["-c", $"ulimit -f {fileBlocksMax}; exec \"$0\" \"$@\"", Repository.Popcorn, .. arguments]);
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Its survivor, once it has said "ready".</summary>
    public static RunningProgram StartSurvivor(Isa isa = Isa.X86_64, string? pathFirst = null)
    {
        RunningProgram program = new(["run", "--isa", isa.Name(), "--", Repository.Survivor], pathFirst);
        Assert.Equal("ready", program.ReadLine());
        return program;
    }

    /// <summary>The program of 64 threads that never rest, once it has said "ready".</summary>
    public static RunningProgram StartStress()
    {
        RunningProgram program = new(["run", "--", Repository.Survivors("stress")]);
        Assert.StartsWith("ready ", program.ReadLine());
        return program;
    }

    /// <summary>The program of related processes, once it has said "ready".</summary>
    public static RunningProgram StartFamily(Isa isa = Isa.X86_64, string? pathFirst = null)
    {
        RunningProgram program = new(["run", "--isa", isa.Name(), "--", Repository.Family], pathFirst);
        Assert.Equal("ready", program.ReadLine());
        return program;
    }

    /// <summary>What a first process has left behind, once that one is gone, with a child of its own.</summary>
    public static RunningProgram StartDaemon(Isa isa)
    {
        RunningProgram program = new(["run", "--isa", isa.Name(), "--", Repository.Daemon]);
        Assert.Equal("ready", program.ReadLine());
        Assert.True(SpinWait.SpinUntil(() => program.Status.State == "orphans", TimeSpan.FromSeconds(20)));
        program.Send("fork");
        Assert.Equal("PASS", program.ReadLine());
        return program;
    }

    /// <summary>Lets the program of related processes look at every relation.</summary>
    public void CheckFamily()
    {
        Send("check");
        Assert.Equal("PASS", ReadLine());
    }

    /// <summary>Lets it wait for all of them; nothing is left below the supervisor then.</summary>
    public void EndFamily()
    {
        Send("end");
        Assert.Equal("PASS", ReadLine());
        Assert.Equal((3, "", ""), Finish());
        bool stands = Directory.Exists($"/proc/{SupervisorPid}");
        Assert.Empty(stands ? ProcessFiles.Children(SupervisorPid) : []);
    }

    public int SupervisorPid => _process.Id;

    public ProcessStatus Status => Assert.Single(List());

    /// <summary>Waits until it can be moved; for programs that do not say that they have started.</summary>
    public void AwaitStart() =>
        Assert.True(SpinWait.SpinUntil(() => List() is [{ State: "running" }], TimeSpan.FromSeconds(20)));

    /// <summary>Its standard input, for bytes that are no lines.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>Its standard output, for bytes that are no lines.</summary>
    public Stream Output => _process.StandardOutput.BaseStream;

    public void Send(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    public string? ReadLine() =>
        _process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)).GetAwaiter().GetResult();

    /// <summary>Sends "step" and checks the answer against the same step of a program that nobody touches.</summary>
    public void Step(int number)
    {
        Send("step");
        Assert.Equal(Oracle.Step(number), ReadLine());
    }

    public void Close() => _process.StandardInput.Close();

    /// <summary>Closes the input, and returns all that is left of the output with the exit code.</summary>
    public (int ExitCode, string Output, string Errors) Finish()
    {
        Close();
        return Wait();
    }

    /// <summary>Its processes and those of its supervisor, whoever their parents are now: they have our runtime folder
    /// in their environment.</summary>
    public IEnumerable<int> AllProcesses()
    {
        string wanted = $"XDG_RUNTIME_DIR={_runtimeFolder}";
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out int pid) && ProcessFiles.Environment(pid).Contains(wanted))
                yield return pid;
        }
    }

    public (int ExitCode, string Output, string Errors) Wait(TimeSpan? limit = null)
    {
        TimeSpan patience = limit ?? TimeSpan.FromSeconds(60);
        Task<string> rest = _process.StandardOutput.ReadToEndAsync();
        string output = rest.WaitAsync(patience).GetAwaiter().GetResult();
        int exitCode = WaitForExit(patience);
        return (exitCode, output, _errors.GetAwaiter().GetResult());
    }

    private IReadOnlyList<ProcessStatus> List()
    {
        (int code, string output, string errors) = Popcorn("ps", "--json");
        Assert.True(code == 0, errors);
        return JsonSerializer.Deserialize(output, AgentJson.Default.IReadOnlyListProcessStatus)!;
    }

    public int WaitForExit(TimeSpan limit)
    {
        Assert.True(_process.WaitForExit(limit));
        return _process.ExitCode;
    }

    public (int ExitCode, string Output, string Errors) Migrate(Isa target, params string[] options) =>
        Popcorn(["migrate", $"{Status.Pid}", "--to", target.Name(), .. options]);

    /// <summary>Another popcorn command, in this program's runtime folder.</summary>
    public (int ExitCode, string Output, string Errors) Popcorn(params string[] arguments)
    {
        using Process process = Start(Repository.Popcorn, arguments);
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.GetAwaiter().GetResult());
    }

    public void Dispose()
    {
        // The supervisor first, or it would end as its program ended and report that.
        if (!_process.HasExited)
            _process.Kill();
        foreach (int process in AllProcesses())
            End(process);
        _process.Dispose();
    }

    private static void End(int pid)
    {
        try
        {
            using Process process = Process.GetProcessById(pid);
            process.Kill();
        }
        catch (ArgumentException)
        {
            // It had ended.
        }
    }

    private Process Start(string file, string[] arguments)
    {
        ProcessStartInfo start = new(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in _environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}

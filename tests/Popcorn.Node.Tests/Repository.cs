using System.Collections.Concurrent;
using System.Diagnostics;
using Popcorn.Testing;

namespace Popcorn.Node.Tests;

/// <summary>The clone these tests were built in, and programs compiled by its <c>popcorn cc</c>, each once.</summary>
internal static class Repository
{
    private static readonly Lazy<string> BuiltSurvivor = new(() => Compile("survivor", Case("node", "survivor")));
    private static readonly Lazy<string> BuiltObjects = new(() => Compile("objects", Case("node", "objects")));
    private static readonly Lazy<string> BuiltFamily = new(() => Compile("family", Case("node", "family")));
    private static readonly Lazy<string> BuiltStorm = new(() => Compile("storm", Case("node", "storm")));
    private static readonly Lazy<string> BuiltTwins = new(() => Compile("twins", Case("node", "twins")));
    private static readonly Lazy<string> BuiltPipeline = new(() => Compile("pipeline", Case("node", "pipeline")));
    private static readonly Lazy<string> BuiltLocker = new(() => Compile("locker", Case("node", "locker")));
    private static readonly Lazy<string> BuiltGlancer = new(() => Compile("glancer", Case("node", "glancer")));
    private static readonly Lazy<string> BuiltRewriter = new(() => Compile("rewriter", Case("node", "rewriter")));
    private static readonly Lazy<string> BuiltDaemon = new(() => Compile("daemon", Case("node", "daemon")));
    private static readonly Lazy<string> BuiltConnections =
        new(() => Compile("connections", Case("node", "connections")));

    private static readonly Lazy<string> BuiltSegments = new(() => Compile("segments", Case("node", "segments")));
    private static readonly Lazy<string> BuiltExecutor = new(() => Compile("executor", Case("node", "executor")));
    private static readonly Lazy<string> BuiltInner = new(() => Compile("inner", Case("node", "inner")));
    private static readonly Lazy<string> BuiltFakeTarget = new(CompileFakeTarget);
    private static readonly Lazy<string> BuiltLeaderless = new(CompileLeaderless);
    private static readonly ConcurrentDictionary<string, Lazy<string>> BuiltSurvivors = new();

    public static string Root { get; } = CloneRoot.Path;

    /// <summary>The command; <c>./check</c> has run <c>./setup</c> before any test starts.</summary>
    public static string Popcorn { get; } = Path.Combine(Root, "build", "bin", "popcorn");

    /// <summary>tests/cases/node/objects.c, which holds kernel objects of every kind.</summary>
    public static string Objects => BuiltObjects.Value;

    /// <summary>tests/cases/node/connections.c, which holds TCP connections.</summary>
    public static string Connections => BuiltConnections.Value;

    /// <summary>tests/cases/node/segments.c, which has System V shared memory.</summary>
    public static string Segments => BuiltSegments.Value;

    /// <summary>tests/cases/node/inner.c, a session on a terminal of the program's own.</summary>
    /// <summary>tests/cases/node/executor.c.</summary>
    public static string Executor => BuiltExecutor.Value;

    public static string Inner => BuiltInner.Value;

    public static string Survivor => BuiltSurvivor.Value;

    public static string Family => BuiltFamily.Value;

    public static string Storm => BuiltStorm.Value;

    /// <summary>tests/cases/node/twins.c, a loop without calls.</summary>
    public static string Twins => BuiltTwins.Value;
    public static string Pipeline => BuiltPipeline.Value;

    public static string Locker => BuiltLocker.Value;

    public static string Glancer => BuiltGlancer.Value;

    /// <summary>tests/cases/node/rewriter.c, which writes what is there already.</summary>
    public static string Rewriter => BuiltRewriter.Value;

    public static string Daemon => BuiltDaemon.Value;

    /// <summary>tests/cases/node/fake_target.c, an aarch64 executable that popcorn has no part in.</summary>
    public static string FakeTarget => BuiltFakeTarget.Value;

    /// <summary>tests/cases/node/leaderless.c, of this machine's own libc.</summary>
    public static string Leaderless => BuiltLeaderless.Value;

    /// <summary>An empty folder under build/.</summary>
    public static string Scratch(string name)
    {
        string path = Path.Combine(Root, "build", "tests", "node", name);
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        return Directory.CreateDirectory(path).FullName;
    }

    public static string SurvivorSource(string name) => Case("survivors", name);

    /// <summary>An executable of tests/cases/survivors.</summary>
    public static string Survivors(string name) =>
        BuiltSurvivors.GetOrAdd(name, n => new(() => Compile(n, SurvivorSource(n)))).Value;

    private static string Case(string folder, string name) => Path.Combine(Root, "tests", "cases", folder, name + ".c");

    private static string Compile(string name, string source)
    {
        string program = Path.Combine(Scratch("program-" + name), name);
        Run(Popcorn, ["cc", "-O2", "-g", source, "-o", program]);
        return program;
    }

    private static string CompileFakeTarget()
    {
        string program = Path.Combine(Scratch("program-fake-target"), "fake-target");
        Run("aarch64-linux-gnu-gcc",
            ["-O1", "-static", "-Wl,-Ttext-segment=0x7000000000", Case("node", "fake_target"), "-o", program]);
        return program;
    }

    private static string CompileLeaderless()
    {
        string program = Path.Combine(Scratch("program-leaderless"), "leaderless");
        Run("clang-19", ["-O1", "-pthread", Case("node", "leaderless"), "-o", program]);
        return program;
    }

    private static void Run(string command, string[] arguments)
    {
        ProcessStartInfo start = new(command, arguments) { RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors);
    }
}

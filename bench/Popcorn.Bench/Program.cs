using Popcorn.Core;

namespace Popcorn.Bench;

/// <summary>
/// Prints the tables that the documents quote:
/// <c>bench/run [compile] [cost] [migrate] [criu] [size] [start] [--smoke]</c>.
/// Everything is a ratio or a median taken in one run on one machine.
/// </summary>
internal static class Program
{
    private static readonly Dictionary<string, Func<bool, Table>> Benchmarks = new()
    {
        ["start"] = StartBenchmark.Run,
        ["compile"] = CompileBenchmark.Run,
        ["cost"] = CostBenchmark.Run,
        ["migrate"] = MigrateBenchmark.Run,
        ["criu"] = CriuBenchmark.Run,
        ["size"] = SizeBenchmark.Run,
    };

    private static int Main(string[] arguments)
    {
        bool smoke = arguments.Contains("--smoke");
        string[] names = [.. arguments.Where(a => a != "--smoke")];
        foreach (string name in names.Where(name => !Benchmarks.ContainsKey(name)))
        {
            Console.Error.WriteLine($"bench: no benchmark '{name}'; there are {string.Join(", ", Benchmarks.Keys)}");
            return (int)ExitCode.Usage;
        }
        try
        {
            foreach (string name in names.Length == 0 ? [.. Benchmarks.Keys] : names)
                Benchmarks[name](smoke).Print();
        }
        catch (PopcornException failure)
        {
            Console.Error.WriteLine($"bench: {failure.Message}");
            return (int)ExitCode.Failed;
        }
        return (int)ExitCode.Ok;
    }
}

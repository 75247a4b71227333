using Popcorn.Core;

namespace Popcorn.Bench;

/// <summary>
/// Prints the tables that the documents quote:
/// <c>bench/run [compile] [cost] [migrate] [criu] [size] [start] [threads] [suite [--only=NAME]…] [--smoke]</c>.
/// Everything is a ratio or a median taken in one run on one machine.
/// </summary>
internal static class Program
{
    private static readonly Dictionary<string, Func<bool, IReadOnlyList<string>, IEnumerable<Table>>> Benchmarks = new()
    {
        ["start"] = (smoke, _) => [StartBenchmark.Run(smoke)],
        ["compile"] = (smoke, _) => [CompileBenchmark.Run(smoke)],
        ["cost"] = (smoke, _) => [CostBenchmark.Run(smoke)],
        ["migrate"] = (smoke, _) => [MigrateBenchmark.Run(smoke)],
        ["criu"] = (smoke, _) => [CriuBenchmark.Run(smoke)],
        ["size"] = (smoke, _) => [SizeBenchmark.Run(smoke)],
        ["suite"] = SuiteBenchmark.Run,
        ["threads"] = (smoke, _) => [ThreadsBenchmark.Run(smoke)],
    };

    private static int Main(string[] arguments)
    {
        bool smoke = arguments.Contains("--smoke");
        const string only = "--only=";
        string[] chosen = [.. arguments.Where(a => a.StartsWith(only, StringComparison.Ordinal)).Select(a => a[only.Length..])];
        string[] names = [.. arguments.Where(a => !a.StartsWith("--", StringComparison.Ordinal))];
        foreach (string name in names.Where(name => !Benchmarks.ContainsKey(name)))
        {
            Console.Error.WriteLine($"bench: no benchmark '{name}'; there are {string.Join(", ", Benchmarks.Keys)}");
            return (int)ExitCode.Usage;
        }
        try
        {
            foreach (string name in names.Length == 0 ? [.. Benchmarks.Keys] : names)
            {
                foreach (Table table in Benchmarks[name](smoke, chosen))
                    table.Print();
            }
        }
        catch (PopcornException failure)
        {
            Console.Error.WriteLine($"bench: {failure.Message}");
            return (int)ExitCode.Failed;
        }
        return (int)ExitCode.Ok;
    }
}

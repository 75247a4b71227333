using Popcorn.Core;

namespace Popcorn.Fuzz;

/// <summary>The options of <c>fuzz/run</c>.</summary>
internal sealed record FuzzOptions
{
    internal double Minutes { get; private init; } = 10;

    internal ulong Seed { get; private init; } = 1;

    /// <summary>Programs at most; the time limit ends the run before that or not.</summary>
    internal int Count { get; private init; } = int.MaxValue;

    internal bool Reduce { get; private init; } = true;

    /// <summary><c>own</c>, <c>csmith</c> or <c>both</c>.</summary>
    internal string Source { get; private init; } = "both";

    internal int Jobs { get; private init; } = 1;

    internal static FuzzOptions Parse(IReadOnlyList<string> arguments)
    {
        FuzzOptions options = new();
        for (int i = 0; i < arguments.Count; i++)
        {
            string name = arguments[i];
            if (name == "--no-reduce")
            {
                options = options with { Reduce = false };
                continue;
            }
            string value = ++i < arguments.Count
                ? arguments[i] : throw new PopcornException($"{name} misses its value");
            options = name switch
            {
                "--minutes" => options with { Minutes = double.Parse(value) },
                "--seed" => options with { Seed = ulong.Parse(value) },
                "--count" => options with { Count = int.Parse(value) },
                "--jobs" => options with { Jobs = int.Parse(value) },
                "--source" when value is "own" or "csmith" or "both" => options with { Source = value },
                _ => throw new PopcornException(
                    $"'{name} {value}' is not known; there are --minutes N, --seed S, --count N, --jobs N, --no-reduce "
                    + "and --source own|csmith|both"),
            };
        }
        return options;
    }
}

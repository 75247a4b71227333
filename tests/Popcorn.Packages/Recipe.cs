using System.Globalization;
using System.Text.RegularExpressions;
using Popcorn.Core;
using Popcorn.Testing;

namespace Popcorn.Packages;

/// <summary>
/// How one package is built and tested: <c>tests/packages/NAME.recipe</c>, a shell script with the functions
/// <c>build</c> and <c>check</c>, whose comment lines <c># key: value</c> are read here. tests/packages/README.md lists
/// the keys.
/// </summary>
internal sealed class Recipe
{
    private const int SecondsDefault = 600;

    private Recipe(string name, string path, Dictionary<string, string> keys, string script)
    {
        Name = name;
        Path = path;
        Script = script;
        Source = keys.GetValueOrDefault("source", name);
        Suite = keys.GetValueOrDefault("suite", "make check");
        Why = keys.GetValueOrDefault("why", "");
        Needs = keys.GetValueOrDefault("needs", "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Passed = new Regex(Required(keys, "passed", path), RegexOptions.Multiline);
        Failed = new Regex(Required(keys, "failed", path), RegexOptions.Multiline);
        Every = keys.GetValueOrDefault("every", "1000");
        Growth = keys.GetValueOrDefault("growth", "2");
        KnownFailures = int.Parse(keys.GetValueOrDefault("known-failures", "0"), CultureInfo.InvariantCulture);
        Limit = TimeSpan.FromSeconds(
            keys.TryGetValue("seconds", out string? text)
                ? int.Parse(text, CultureInfo.InvariantCulture)
                : SecondsDefault);
    }

    public static string Folder { get; } = System.IO.Path.Combine(CloneRoot.Path, "tests", "packages");

    public string Name { get; }

    public string Path { get; }

    /// <summary>What is run, without the keys: a package is built again when this changes.</summary>
    public string Script { get; }

    /// <summary>The distribution's source package.</summary>
    public string Source { get; }

    /// <summary>What is run, in words, for the table.</summary>
    public string Suite { get; }

    /// <summary>Why some tests do not pass, or do not run.</summary>
    public string Why { get; }

    /// <summary>The distribution's packages that building or testing takes, beyond what <c>./setup</c>
    /// installs.</summary>
    public IReadOnlyList<string> Needs { get; }

    /// <summary>Matches once for each passed test of the suite's output; a group called n is a number of
    /// tests.</summary>
    public Regex Passed { get; }

    public Regex Failed { get; }

    /// <summary>The first move of each process of the suite comes after so many points.</summary>
    public string Every { get; }

    public string Growth { get; }

    /// <summary>Tests that fail wherever the program runs, for a reason given in <see cref="Why"/>.</summary>
    public int KnownFailures { get; }

    /// <summary>What each run of the suite may take.</summary>
    public TimeSpan Limit { get; }

    public static IEnumerable<string> Names() => Directory.EnumerateFiles(Folder, "*.recipe")
        .Select(file => System.IO.Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

    public static Recipe Read(string name)
    {
        string path = System.IO.Path.Combine(Folder, name + ".recipe");
        if (!File.Exists(path))
            throw new PopcornException($"there is no recipe '{name}'; there are {string.Join(", ", Names())}");
        Dictionary<string, string> keys = [];
        foreach (string line in File.ReadLines(path).TakeWhile(line => line.StartsWith('#')))
        {
            int colon = line.IndexOf(": ", StringComparison.Ordinal);
            if (colon < 0)
                throw new PopcornException($"{path}: '{line}' is not of the form '# key: value'");
            keys[line[1..colon].Trim()] = line[(colon + 2)..];
        }
        string script = string.Join('\n', File.ReadLines(path).SkipWhile(line => line.StartsWith('#')));
        return new Recipe(name, path, keys, script);
    }

    private static string Required(Dictionary<string, string> keys, string key, string path) =>
        keys.GetValueOrDefault(key) ?? throw new PopcornException($"{path}: misses '# {key}: REGEX'");
}

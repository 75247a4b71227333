using Popcorn.Core;
using Popcorn.Testing;

namespace Popcorn.Packages;

/// <summary>
/// Builds packages, runs their suites, prints the table; fails when a suite ends otherwise in the ring than unmoved.
/// </summary>
internal static class Program
{
    private const string Help = """
        usage: tests/packages/run [--ring] [--rebuild] [--document] [NAME...]

        Builds each package (all that have a recipe when none is named) from the distribution's source with
        popcorn cc and runs its own test suite.
          --ring      and once more with every program of the suite moving around the ring of ISAs
          --rebuild   from clean, also when it is built already; needed after a change of the compiler
          --document  put all results known here into docs/packages.md, where the lines of other packages stay;
                      alone: without running anything
        Everything is under build/packages/NAME: tree/, build.log, unmoved.log, ring.log, moves.log, result.json.
        """;

    private static readonly HashSet<string> Options = ["--ring", "--rebuild", "--document", "--help"];

    private static int Main(string[] arguments)
    {
        HashSet<string> options = [.. arguments.Where(a => a.StartsWith('-'))];
        List<string> names = [.. arguments.Where(a => !a.StartsWith('-'))];
        if (!options.IsSubsetOf(Options) || options.Contains("--help"))
        {
            Console.Out.WriteLine(Help);
            return (int)(options.Contains("--help") ? ExitCode.Ok : ExitCode.Usage);
        }
        try
        {
            return (int)Run(options, names);
        }
        catch (PopcornException e)
        {
            Console.Error.WriteLine($"packages: {e.Message}");
            return (int)ExitCode.Failed;
        }
    }

    private static ExitCode Run(HashSet<string> options, List<string> names)
    {
        bool ring = options.Contains("--ring");
        List<PackageResult> results = [];
        List<string> complaints = [];
        bool documentOnly = names.Count == 0 && options.SetEquals(["--document"]);
        foreach (string name in documentOnly ? [] : names.Count > 0 ? names : Recipe.Names())
        {
            Recipe recipe = Recipe.Read(name);
            PackageResult result = new PackageRun(recipe, Console.Error).Run(options.Contains("--rebuild"), ring);
            results.Add(result);
            if (result.Complaint(recipe, ring) is string complaint)
                complaints.Add($"{name}: {complaint}");
        }
        if (results.Count > 0)
            Console.Out.Write(ResultTable.Format(results));
        if (options.Contains("--document"))
        {
            IEnumerable<PackageResult?> known = Recipe.Names().Select(
                n => PackageResult.Load(PackageRun.ResultPath(n)));
            ResultTable.Update(
                Path.Combine(CloneRoot.Path, "docs", "packages.md"), known.OfType<PackageResult>());
        }
        foreach (string complaint in complaints)
            Console.Error.WriteLine($"packages: {complaint}");
        return complaints.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
    }
}
